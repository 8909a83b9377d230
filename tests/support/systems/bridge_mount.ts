/**
 * A real mount whose requests another system's code answers, in a worker that turns the kernel's into that system's.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { mountSession } from "../../../ffi/linux/libfuse3.ts";
import { close } from "../../../ffi/linux/open.ts";
import { unmount } from "../../../src/host/unmount.ts";
import { withTemporary } from "../temporary.ts";

export interface BridgeMount {
  readonly path: string;
  /** The kernel's device. */
  readonly fd: number;
  readonly worker: Worker;
}

export interface BridgeMountOptions {
  /** Whose code answers: the mount is called so. */
  readonly system: "macos" | "windows";
  /** Says that it `isReady`, is sent what it begins with, and at last that it `ended`, or `failed` and why. */
  readonly module: URL;
  /** Where it is mounted; a new directory, if this is left out. */
  readonly at?: string | undefined;
  begin(fd: number): unknown;
  /** What the worker says besides. */
  heard?(data: unknown): void;
  /** It has failed: nobody answers any more. */
  failed?(error: Error): void;
}

interface Said {
  readonly isReady?: boolean;
  readonly ended?: boolean;
  readonly failed?: string;
}

/** Runs `use` with such a mount. Fails if the worker does. */
export function withBridgeMount(
  { system, module, at, begin, heard, failed }: BridgeMountOptions,
  use: (mount: BridgeMount) => Promise<void>,
): Promise<void> {
  return withTemporary(async (directory) => {
    await Deno.chmod(directory, 0o755);
    const path = at ?? `${directory}/mount`;
    await Deno.mkdir(path, { recursive: true });
    const worker = new Worker(module, { type: "module" });
    const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    let device = -1;
    let failure: Error | null = null;
    worker.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data.isReady) return isReady();
      if (data.failed !== undefined) {
        failure = new Error(data.failed);
        console.error(data.failed);
        // Who waits for an answer is to be told.
        close(device);
        failed?.(failure);
        end();
      } else if (data.ended) end();
      else heard?.(data);
    };
    await ready;
    const session = mountSession(binaryString(path), [
      `fsname=agentvfs-${system}-bridge`,
      "subtype=agentvfs",
      "default_permissions",
      "allow_other",
    ]);
    if (session === null) throw new Error("Cannot mount");
    device = session.fd;
    worker.postMessage(begin(device));
    try {
      await use({ path, fd: device, worker });
    } finally {
      await unmount(path, true);
      await ended;
      worker.terminate();
    }
    if (failure !== null) throw failure;
    close(device);
  });
}
