/**
 * Locking in on macOS: its sandbox, with the profile for what only computes.
 *
 * @module
 */

import { onlyCompute } from "../../../../ffi/macos/sandbox.ts";
import type { LockKind } from "../../linux/cell/lock.ts";

export function lockKind(): LockKind {
  return "sandbox";
}

export function createLock(): number | null {
  return -1;
}

export function lockIn(_lock: number): string | null {
  return onlyCompute() ? null : "macOS refuses its sandbox for what only computes";
}
