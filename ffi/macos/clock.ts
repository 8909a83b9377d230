/**
 * The time, on macOS.
 *
 * @module
 */

import { bindLibSystem } from "./libsystem.ts";

const libc = bindLibSystem({
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
});

const timespec = new Uint8Array(16);
const view = new DataView(timespec.buffer);
const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 6;

/** Reads the real-time clock into `into`, without making an object. */
export function readClock(into: { sec: number; nsec: number }): void {
  libc.clock_gettime(CLOCK_REALTIME, timespec);
  into.sec = view.getUint32(0, true) + view.getInt32(4, true) * 2 ** 32;
  into.nsec = view.getUint32(8, true);
}

/** Time since the machine started, ms with fractions: the same in every process. */
export function monotonicTime(): number {
  libc.clock_gettime(CLOCK_MONOTONIC, timespec);
  const sec = view.getUint32(0, true) + view.getInt32(4, true) * 2 ** 32;
  return sec * 1000 + view.getUint32(8, true) / 1e6;
}
