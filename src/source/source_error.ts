/**
 * What can go wrong with a source directory as a whole. Single files that cannot be read are not errors:
 * they are reported by path and skipped.
 *
 * @module
 */

import { Errno } from "../../ffi/linux/errno.ts";

export type SourceErrorCode = "source_missing" | "source_not_directory" | "source_unreadable";

export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;
  readonly errno: number;

  constructor(code: SourceErrorCode, message: string, errno: number) {
    super(message);
    this.code = code;
    this.errno = errno;
  }
}

const TEXTS: ReadonlyMap<number, string> = new Map([
  [Errno.EPERM, "operation not permitted"],
  [Errno.ENOENT, "it is gone"],
  [Errno.EIO, "input/output error"],
  [Errno.EACCES, "permission denied"],
  [Errno.ENOTDIR, "it is not a directory"],
  [Errno.EMFILE, "too many open files"],
  [Errno.ENFILE, "too many open files in the system"],
  [Errno.ELOOP, "it became a symbolic link"],
  [Errno.ENAMETOOLONG, "the path is too long"],
  [Errno.ENXIO, "no such device"],
  [Errno.ESTALE, "stale file handle"],
]);

/** An errno for people: `permission denied`. */
export function errnoText(errno: number): string {
  return TEXTS.get(errno) ?? `error ${errno}`;
}
