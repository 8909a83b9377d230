/**
 * Loading programs and making maps, with words for what the kernel does not allow.
 *
 * @module
 */

import { createMap, loadProgram, type ProgramSource } from "../ffi/linux/bpf.ts";
import { Errno } from "../ffi/linux/errno.ts";
import { close } from "../ffi/linux/open.ts";

/** The kernel takes a program or a map of ours not. The message says why, for people. */
export class LoadError extends Error {
  override readonly name = "LoadError";
}

const LOG_BYTES = 256 * 1024;
/** Of the verifier's words the last say what it did not like. */
const LOG_TAIL = 300;

/** What was opened on the way to something: all of it is closed again if the rest fails. */
export class Descriptors {
  readonly #open: number[] = [];

  /** Keeps a descriptor; throws {@linkcode LoadError} if it is none. */
  keep(what: string, result: number): number {
    if (result < 0) throw new LoadError(`${what}: ${reason(-result)}`);
    this.#open.push(result);
    return result;
  }

  map(name: string, type: number, keyBytes: number, valueBytes: number, entries: number): number {
    return this.keep(`bpf(2) makes no map`, createMap(name, type, keyBytes, valueBytes, entries));
  }

  /** Loads a program; if it is refused, again, in order to hear why. */
  program(source: ProgramSource): number {
    const result = loadProgram(source);
    if (result >= 0) return this.keep(source.name, result);
    const log = new Uint8Array(LOG_BYTES);
    const again = loadProgram(source, log);
    if (again >= 0) return this.keep(source.name, again);
    const words = new TextDecoder().decode(log).replace(/\0[^]*/, "").trim().slice(-LOG_TAIL);
    const detail = words === "" ? "" : `: ${words}`;
    throw new LoadError(`the program ${source.name} is not accepted: ${reason(-result)}${detail}`);
  }

  /** Twice is nothing. */
  close(): void {
    for (const fd of this.#open.splice(0).reverse()) close(fd);
  }
}

function reason(errno: number): string {
  switch (errno) {
    case Errno.EPERM:
    case Errno.EACCES:
      return "it takes CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, which root has outside containers, and " +
        "a kernel whose lockdown is not confidentiality";
    case Errno.ENOSYS:
      return "this kernel has no bpf(2)";
    case Errno.EINVAL:
      return "this kernel does not know it";
    case Errno.ENOENT:
      return "this kernel does not have it";
    default:
      return `errno ${errno}`;
  }
}
