/**
 * Failures on Linux: a failed call returns its negated errno.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import type { FailureCode } from "../failure_code.ts";

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, value]) => [value, name]),
);

/** What a call that fails with `code` returns. */
export function failure(code: FailureCode): number {
  return -Errno[code];
}

/** True if a call returned `result` because of `code`. */
export function isFailure(result: number, code: FailureCode): boolean {
  return result === -Errno[code];
}

/** The name of a failed result; `errno N` where it has none here. For comparisons and for people. */
export function failureCode(result: number): FailureCode | `errno ${number}` {
  return (NAMES.get(-result) as FailureCode | undefined) ?? `errno ${-result}`;
}
