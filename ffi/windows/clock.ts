/**
 * The time, on Windows.
 *
 * @module
 */

import { bindKernel32 } from "./ntdll.ts";

const kernel = bindKernel32({
  GetSystemTimePreciseAsFileTime: { parameters: ["buffer"], result: "void" },
  QueryPerformanceCounter: { parameters: ["buffer"], result: "i32" },
  QueryPerformanceFrequency: { parameters: ["buffer"], result: "i32" },
});

const bytes = new Uint8Array(8);
const view = new DataView(bytes.buffer);
const UNITS_PER_SECOND = 10_000_000;
/** 1970, in seconds since 1601. */
const EPOCH = 11_644_473_600;

/** What 2^32 of FILETIME's units are: whole seconds, and units. */
const HIGH = { SECONDS: 429, UNITS: 4_967_296 } as const;

/** Reads the real-time clock into `into`, without making an object. */
export function readClock(into: { sec: number; nsec: number }): void {
  kernel.GetSystemTimePreciseAsFileTime(bytes);
  const high = view.getUint32(4, true);
  // All below 2^53, where the whole would not be.
  const units = high * HIGH.UNITS + view.getUint32(0, true);
  const sec = Math.floor(units / UNITS_PER_SECOND);
  into.sec = high * HIGH.SECONDS + sec - EPOCH;
  into.nsec = (units - sec * UNITS_PER_SECOND) * 100;
}

let ticksPerMs = 0;

/** Time since the machine started, ms with fractions: the same in every process. */
export function monotonicTime(): number {
  if (ticksPerMs === 0) {
    kernel.QueryPerformanceFrequency(bytes);
    ticksPerMs = readTicks() / 1000;
  }
  kernel.QueryPerformanceCounter(bytes);
  return readTicks() / ticksPerMs;
}

function readTicks(): number {
  return view.getUint32(0, true) + view.getInt32(4, true) * 2 ** 32;
}
