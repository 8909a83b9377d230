/**
 * Which CPUs the calling thread may run on, and on which one another thread ran last (Linux).
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { pread } from "./file.ts";
import { bindLibc } from "./libc.ts";
import { close, open } from "./open.ts";

const libc = bindLibc({
  sched_getaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  sched_setaffinity: { parameters: ["i32", "usize", "buffer"], result: "i32" },
});

/** A set of CPUs, one bit each: room for 8192, as many as Linux can be built for. */
export type CpuMask = Uint8Array<ArrayBuffer>;

const MASK_BYTES = 1024;

/** CPUs that the calling thread may run on; null if they cannot be told. */
export function allowedCpus(): CpuMask | null {
  const mask = new Uint8Array(MASK_BYTES);
  return libc.sched_getaffinity(0, BigInt(MASK_BYTES), mask) < 0 ? null : mask;
}

/** Lets the calling thread run on these CPUs only. False if it may run on none of them. */
export function allowCpus(mask: CpuMask): boolean {
  return libc.sched_setaffinity(0, BigInt(MASK_BYTES), mask) >= 0;
}

export function singleCpu(cpu: number): CpuMask {
  const mask = new Uint8Array(MASK_BYTES);
  mask[cpu >> 3] = 1 << (cpu & 7);
  return mask;
}

/** Field of /proc/PID/stat, counted from 1 as proc(5) does. */
const STATE = 3;
const PROCESSOR = 39;

const SPACE = 0x20;
const CLOSING = 0x29;
const ZERO = 0x30;

/** Tells on which CPU a thread runs or ran last. */
export class ThreadCpu {
  #fd: number;
  readonly #bytes = new Uint8Array(2048);

  constructor(thread: number) {
    this.#fd = open(cString(`/proc/${thread}/stat`), 0);
  }

  /** -1 if it cannot be told: the thread is gone, or not to be seen. */
  read(): number {
    if (this.#fd < 0) return -1;
    const length = pread(this.#fd, this.#bytes, 0);
    return length > 0 ? processorOf(this.#bytes, length) : -1;
  }

  close(): void {
    if (this.#fd >= 0) close(this.#fd);
    this.#fd = -1;
  }
}

/** The processor in the `length` bytes of a line of /proc/PID/stat; -1 if there is none. */
export function processorOf(line: Uint8Array, length: number): number {
  // The second field is a name in parentheses in which anything may stand.
  let at = line.lastIndexOf(CLOSING, length - 1) + 2;
  for (let field = STATE; field < PROCESSOR && at < length; at++) {
    if (line[at] === SPACE) field++;
  }
  let cpu = -1;
  for (; at < length && line[at]! >= ZERO; at++) cpu = Math.max(cpu, 0) * 10 + line[at]! - ZERO;
  return cpu;
}
