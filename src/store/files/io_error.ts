/**
 * System call results as {@linkcode StoreError}s.
 *
 * @module
 */

import { failureCode } from "../../host/failure.ts";
import { StoreError } from "../format/store_error.ts";

/** The error for `result`, which a failed call returned in `attempt` on `path`. */
export function ioError(attempt: string, path: string, result: number): StoreError {
  const failure = failureCode(result);
  if (failure === "ENOSPC" || failure === "EDQUOT") {
    return new StoreError(
      "no_space",
      `Cannot ${attempt} ${path}: no space left (${failure}). Free some space and try again`,
      { path, failure },
    );
  }
  return new StoreError("io_error", `Cannot ${attempt} ${path}: ${failure}`, { path, failure });
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
