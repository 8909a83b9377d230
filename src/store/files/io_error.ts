/**
 * System call results as {@linkcode StoreError}s.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import { StoreError } from "../format/store_error.ts";

const NAMES = new Map<number, string>(
  Object.entries(Errno).map(([name, value]) => [value, name]),
);

/** The error for `result`, a negative errno that came of `attempt` on `path`. */
export function ioError(attempt: string, path: string, result: number): StoreError {
  const errno = -result;
  const reason = NAMES.get(errno) ?? `errno ${errno}`;
  if (errno === Errno.ENOSPC || errno === Errno.EDQUOT) {
    return new StoreError(
      "no_space",
      `Cannot ${attempt} ${path}: no space left (${reason}). Free some space and try again`,
      { path, errno },
    );
  }
  return new StoreError("io_error", `Cannot ${attempt} ${path}: ${reason}`, { path, errno });
}

/** Passes a result through; throws where it is an error. */
export function checkIo(attempt: string, path: string, result: number): number {
  if (result < 0) throw ioError(attempt, path, result);
  return result;
}

/** An error of `node:sqlite` (or anything thrown inside a transaction) as a StoreError where it is one. */
export function databaseError(attempt: string, path: string, cause: unknown): unknown {
  if (cause instanceof StoreError) return cause;
  const { code, errcode, message } = (cause ?? {}) as {
    code?: string;
    errcode?: number;
    message?: string;
  };
  if (code !== "ERR_SQLITE_ERROR") return cause;
  // exec() and older runtimes give only the message.
  if (errcode === SQLITE_FULL || message === "database or disk is full") {
    return new StoreError(
      "no_space",
      `Cannot ${attempt} ${path}: no space left. Free some space and try again`,
      { path },
      { cause },
    );
  }
  return new StoreError("io_error", `Cannot ${attempt} ${path}: ${message}`, { path }, { cause });
}

const SQLITE_FULL = 13;
