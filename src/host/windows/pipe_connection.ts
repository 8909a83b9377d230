/**
 * Both ends of a named pipe: its name, who it is of, and what is read and written.
 *
 * @module
 */

import { isSameSid } from "../../../ffi/windows/security_descriptor.ts";
import { isSuccess, NtStatus } from "../../../ffi/windows/nt_status.ts";
import {
  closePipe,
  openPipe,
  ownerOf,
  PipeStatus,
  readPipe,
  writePipe,
} from "../../../ffi/windows/named_pipe.ts";
import { tokenUsers } from "../../../ffi/windows/winfsp/token_user.ts";
import type { LocalConnection } from "../linux/local_socket.ts";

/** How long a client waits for an instance that nobody has, ms. */
const BUSY_DEADLINE_MS = 3_000;
const BUSY_LOOK_MS = 10;

/** No separators are in it. Windows tells no upper from lower case in the path, nor in the name. */
export function pipeName(path: string): string {
  return path.replace(/[\\/:]+/g, "+");
}

let own: Uint8Array<ArrayBuffer> | undefined;

/** SID of the user of this process. */
export function ownUser(): Uint8Array<ArrayBuffer> {
  return own ??= tokenUsers().self();
}

/**
 * Rejects with Deno's error where nobody listens at `path`, or this process may not connect; so, too, where the pipe is
 * another user's.
 */
export async function connectPipe(path: string): Promise<LocalConnection> {
  const deadline = performance.now() + BUSY_DEADLINE_MS;
  for (;;) {
    const { status, handle } = openPipe(pipeName(path));
    if (isSuccess(status)) {
      const owner = ownerOf(handle);
      if (owner !== null && isSameSid(owner, ownUser())) return new PipeConnection(handle);
      closePipe(handle);
      throw new Deno.errors.PermissionDenied(`The pipe of ${path} is another user's`);
    }
    if (status === NtStatus.ACCESS_DENIED) {
      throw new Deno.errors.PermissionDenied(`The pipe of ${path} may not be opened`);
    }
    if (status !== PipeStatus.NOT_AVAILABLE || performance.now() > deadline) {
      throw new Deno.errors.NotFound(`Nobody listens at ${path}`);
    }
    await new Promise((resolve) => setTimeout(resolve, BUSY_LOOK_MS));
  }
}

export class PipeConnection implements LocalConnection {
  #isOpen = true;

  constructor(readonly handle: number) {}

  /** Null where the other end is closed, or this one. */
  async read(into: Uint8Array): Promise<number | null> {
    if (!this.#isOpen) return null;
    // The kernel writes there later, whatever becomes of `into`.
    const bytes = new Uint8Array(new ArrayBuffer(into.length));
    const { status, count } = await readPipe(this.handle, bytes);
    if (!isSuccess(status) || count === 0) return null;
    into.set(bytes.subarray(0, count));
    return count;
  }

  async write(from: Uint8Array): Promise<number> {
    if (!this.#isOpen) throw new Deno.errors.BrokenPipe("The pipe is closed");
    const { status, count } = await writePipe(this.handle, new Uint8Array(from));
    if (!isSuccess(status)) throw new Deno.errors.BrokenPipe("The other end of the pipe is closed");
    return count;
  }

  /** A pipe is closed whole. What was written can still be read at the other end. */
  closeWrite(): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closePipe(this.handle);
  }
}
