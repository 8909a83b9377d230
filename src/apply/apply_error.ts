/**
 * What can go wrong with an apply as a whole. A path that somebody changed meanwhile is no error: it is left alone, and named.
 *
 * @module
 */

import { displayString } from "../../ffi/binary_string.ts";
import { failureCode } from "../host/failure.ts";

/**
 * `apply_unfinished`: there is another one to be finished first. `root_replaced`: another directory is at the path now.
 * `plan_damaged`: the record of an unfinished apply cannot be read. `names_fold`: names that the file system takes for one.
 */
export type ApplyErrorCode =
  | "root_missing"
  | "root_replaced"
  | "apply_unfinished"
  | "no_unfinished_apply"
  | "plan_damaged"
  | "names_fold"
  | "no_space"
  | "read_only"
  | "not_permitted"
  | "name_too_long"
  | "io_error";

export class ApplyError extends Error {
  override readonly name = "ApplyError";
  readonly code: ApplyErrorCode;
  /** Binary string, below the root; "" if it is about the whole. */
  readonly path: string;

  constructor(code: ApplyErrorCode, message: string, path = "", cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

/** How a call failed, for people, and what can be done. */
const FAILURES: ReadonlyMap<string, readonly [ApplyErrorCode, string]> = new Map([
  ["ENOSPC", ["no_space", "no space is left there. Free some"]],
  ["EDQUOT", ["no_space", "the disk quota is used up. Free some space"]],
  ["EROFS", ["read_only", "the file system is read-only. Mount it for writing"]],
  ["EACCES", ["not_permitted", "permission denied. Give yourself the right to write there"]],
  ["EPERM", ["not_permitted", "operation not permitted; it may be immutable (lsattr tells)"]],
  ["ENAMETOOLONG", ["name_too_long", "the file system there does not take names that long"]],
]);

/** The error for `result`, which a failed call returned in `attempt` on `path` (a binary string). */
export function callFailed(attempt: string, path: string, result: number): ApplyError {
  const failure = failureCode(result);
  const [code, text] = FAILURES.get(failure) ?? ["io_error", failure];
  const shown = path === "" ? "the directory itself" : displayString(path);
  return new ApplyError(code, `Cannot ${attempt} ${shown}: ${text}`, path);
}
