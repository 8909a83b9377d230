/**
 * Locking in on Linux: seccomp(2), for all threads of the process.
 *
 * @module
 */

import { Errno } from "../../../../ffi/linux/errno.ts";
import { onlyCompute } from "../../../../ffi/linux/sandbox/only_calls.ts";

/** Of Linux, macOS and Windows. */
export type LockKind = "seccomp" | "sandbox" | "job";

export function lockKind(): LockKind {
  return "seccomp";
}

export function createLock(): number | null {
  return -1;
}

export function lockIn(_lock: number): string | null {
  return onlyCompute(Errno.EPERM) < 0 ? "This kernel has no seccomp" : null;
}
