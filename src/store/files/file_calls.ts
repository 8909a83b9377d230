/**
 * The calls by which store and working tree change files: all of them, so that a test can put others in their place.
 *
 * Whoever writes takes them as a parameter and passes them through {@linkcode persistent}, so an interrupted or a short
 * call is made again here and nowhere else.
 *
 * @module
 */

import { failure, isFailure } from "../../host/failure.ts";
import type { DatabaseSync } from "node:sqlite";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { fallocate, fdatasync, fsync, ftruncate, open, pwrite } from "../../host/files.ts";

/** Results are those of `host/files.ts`. Paths are as of the command line. */
export interface FileCalls {
  open(path: string, flags: number, mode?: number): number;
  /** Writes the first `length` bytes at `offset`. */
  pwrite(fd: number, bytes: Uint8Array<ArrayBuffer>, offset: number, length: number): number;
  ftruncate(fd: number, length: number): number;
  /** Takes space for bytes `[offset, offset + length)`; the file is then at least so long. */
  fallocate(fd: number, offset: number, length: number): number;
  /** Takes space for them behind the end of the file, which stays where it is. Not every system can. */
  fallocateBehind(fd: number, offset: number, length: number): number;
  fsync(fd: number): number;
  fdatasync(fd: number): number;
  /** Throws errors of Deno's. */
  rename(from: string, to: string): void;
  /** Throws errors of Deno's. */
  remove(path: string): void;
  /** Ends a transaction of the index. Throws errors of SQLite's. */
  commit(index: DatabaseSync): void;
}

/** Linux's; a host that cannot keep the size refuses it. */
const FALLOC_FL_KEEP_SIZE = 1;

export const SYSTEM_CALLS: FileCalls = {
  open: (path, flags, mode = 0) => open(cString(binaryString(path)), flags, mode),
  pwrite,
  ftruncate,
  fallocate: (fd, offset, length) => fallocate(fd, 0, offset, length),
  fallocateBehind: (fd, offset, length) => fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length),
  fsync,
  fdatasync,
  rename: Deno.renameSync,
  remove: Deno.removeSync,
  commit: (index) => index.exec("COMMIT"),
};

/** The same calls, made again where they were interrupted; a write is done in full or has failed. */
export function persistent(calls: FileCalls): FileCalls {
  return {
    ...calls,
    open: (path, flags, mode) => uninterrupted(() => calls.open(path, flags, mode)),
    pwrite: (fd, bytes, offset, length) => writeAll(calls, fd, bytes, offset, length),
    ftruncate: (fd, length) => uninterrupted(() => calls.ftruncate(fd, length)),
    fallocate: (fd, offset, length) => uninterrupted(() => calls.fallocate(fd, offset, length)),
    fallocateBehind: (fd, offset, length) =>
      uninterrupted(() => calls.fallocateBehind(fd, offset, length)),
    fsync: (fd) => uninterrupted(() => calls.fsync(fd)),
    fdatasync: (fd) => uninterrupted(() => calls.fdatasync(fd)),
  };
}

function uninterrupted(call: () => number): number {
  let result = call();
  while (isFailure(result, "EINTR")) result = call();
  return result;
}

function writeAll(
  calls: FileCalls,
  fd: number,
  bytes: Uint8Array<ArrayBuffer>,
  offset: number,
  length: number,
): number {
  let done = 0;
  while (done < length) {
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const result = calls.pwrite(fd, rest, offset + done, length - done);
    if (isFailure(result, "EINTR")) continue;
    // A disk that takes nothing more and does not say why.
    if (result <= 0) return result < 0 ? result : failure("ENOSPC");
    done += result;
  }
  return done;
}
