/**
 * What a process uses, by /proc.
 *
 * @module
 */

import { processStat } from "../../../../ffi/linux/process_stat.ts";

export interface ProcessUse {
  /** CPU time since it began, ms. */
  readonly computedMs: number;
  /** Memory that it has at the moment, bytes. */
  readonly resident: number;
}

/** USER_HZ is 100 wherever Linux runs. */
const TICK_MS = 10;
const PAGE = 4096;

export function processUse(pid: number): ProcessUse | null {
  const stat = processStat(pid);
  return stat && { computedMs: stat.computed * TICK_MS, resident: stat.resident * PAGE };
}
