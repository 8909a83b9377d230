/**
 * The time.
 *
 * @module
 */

import { bindLibc } from "./libc.ts";

const libc = bindLibc({
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
});

const timespec = new Uint8Array(16);
const timespecView = new DataView(timespec.buffer);
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;

/** A point in time: whole seconds since 1970 and 0 to 999 999 999 nanoseconds. */
export interface Timestamp {
  sec: number;
  nsec: number;
}

/** Reads the real-time clock into `into`, without making an object. */
export function readClock(into: Timestamp): void {
  libc.clock_gettime(CLOCK_REALTIME, timespec);
  into.sec = timespecView.getUint32(0, true) + timespecView.getInt32(4, true) * 2 ** 32;
  into.nsec = timespecView.getUint32(8, true);
}

/** Time since the machine started, suspension left out, ms with fractions: the same in every process. */
export function monotonicTime(): number {
  libc.clock_gettime(CLOCK_MONOTONIC, timespec);
  const sec = timespecView.getUint32(0, true) + timespecView.getInt32(4, true) * 2 ** 32;
  return sec * 1000 + timespecView.getUint32(8, true) / 1e6;
}
