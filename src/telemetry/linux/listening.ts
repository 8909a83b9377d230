/**
 * The supervisor's side of a run whose system calls are to be heard of: how the listener comes to it, and on to who listens, with
 * memory for the call that is heard of.
 *
 * @module
 */

import { ftruncate } from "../../../ffi/linux/file.ts";
import { mapFile } from "../../../ffi/linux/mapping.ts";
import { memoryFile, setInherited } from "../../../ffi/linux/shared_memory.ts";
import { NOTICE_BYTES } from "../../../ffi/linux/watch/seccomp_notify.ts";
import { close } from "../../../ffi/linux/open.ts";
import { ignoreSignal, SIGINT, SIGQUIT } from "../../../ffi/linux/process.ts";
import {
  keepToItself,
  receiveDescriptor,
  socketPair,
} from "../../../ffi/linux/watch/unix_socket.ts";

const [SIGHUP, SIGTERM] = [1, 15];

export class Listening {
  readonly #open: Set<number>;

  private constructor(
    readonly own: number,
    readonly inherited: number,
    /** Descriptor of the memory. */
    readonly notice: number,
  ) {
    this.#open = new Set([own, inherited, notice]);
  }

  /** A failure (`failureCode`) where there is no socket to be had. */
  static begin(): Listening | number {
    const notice = memoryFile("agentvfs-notice");
    if (notice < 0) return notice;
    ftruncate(notice, NOTICE_BYTES);
    const ends = socketPair();
    if (typeof ends === "number") {
      close(notice);
      return ends;
    }
    const [own, inherited] = ends;
    keepToItself(own);
    return new Listening(own, inherited, notice);
  }

  /**
   * Once the process was started that hands it over: the listener, which programs inherit from now on, as they do the memory;
   * negative if there is none.
   */
  async receive(): Promise<number> {
    this.#shut(this.inherited);
    const listener = await receiveDescriptor(this.own);
    if (listener < 0) return listener;
    this.#open.add(listener);
    setInherited(this.notice, true);
    return listener;
  }

  close(): void {
    for (const fd of this.#open) this.#shut(fd);
  }

  #shut(fd: number): void {
    if (this.#open.delete(fd)) close(fd);
  }

  /** The memory, in a process that has inherited it; null where it has not. */
  static memory(notice: number): Uint8Array<ArrayBuffer> | null {
    return mapFile(notice, 0, NOTICE_BYTES)?.bytes ?? null;
  }

  /** This process goes on when the terminal ends programs: those that it listens to may not end. */
  static outliveTerminal(): void {
    for (const signal of [SIGHUP, SIGINT, SIGQUIT, SIGTERM]) ignoreSignal(signal);
  }
}
