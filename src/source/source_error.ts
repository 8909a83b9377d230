/**
 * What can go wrong with a source directory as a whole. Single files that cannot be read are not errors:
 * they are reported by path and skipped.
 *
 * @module
 */

import { failureCode } from "../host/failure.ts";

export type SourceErrorCode = "source_missing" | "source_not_directory" | "source_unreadable";

export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const TEXTS: ReadonlyMap<string, string> = new Map([
  ["EPERM", "operation not permitted"],
  ["ENOENT", "it is gone"],
  ["EIO", "input/output error"],
  ["EACCES", "permission denied"],
  ["ENOTDIR", "it is not a directory"],
  ["EMFILE", "too many open files"],
  ["ENFILE", "too many open files in the system"],
  ["ELOOP", "it became a symbolic link"],
  ["ENAMETOOLONG", "the path is too long"],
  ["ENXIO", "no such device"],
  ["ESTALE", "stale file handle"],
]);

/** What a failed call returned, for people: `permission denied`. */
export function failureText(result: number): string {
  const code = failureCode(result);
  return TEXTS.get(code) ?? code;
}
