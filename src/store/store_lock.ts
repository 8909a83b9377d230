/**
 * The lock that makes a writer the only one.
 *
 * @module
 */

import {
  binaryString,
  close,
  cString,
  Errno,
  flock,
  ftruncate,
  LOCK_EX,
  LOCK_NB,
  O_CREAT,
  O_RDWR,
  open,
  pread,
  pwrite,
} from "../../ffi/libc.ts";
import { checkIo, ioError } from "./io_error.ts";
import { StoreError } from "./store_error.ts";
import { lockPath } from "./store_paths.ts";

/**
 * Locks the store and writes this process's id into the lock file.
 *
 * @returns the descriptor that holds the lock; closing it, or the end of the process, lets go
 */
export function lockStore(directory: string): number {
  const path = lockPath(directory);
  const fd = checkIo("open", path, open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600));
  const result = flock(fd, LOCK_EX | LOCK_NB);
  if (result < 0) {
    const error = result === -Errno.EAGAIN ? locked(directory, fd) : ioError("lock", path, result);
    close(fd);
    throw error;
  }
  const text = new TextEncoder().encode(`${Deno.pid}\n`);
  ftruncate(fd, 0);
  const written = pwrite(fd, text, 0);
  if (written < 0) {
    close(fd);
    throw ioError("write", path, written);
  }
  return fd;
}

function locked(directory: string, fd: number): StoreError {
  const bytes = new Uint8Array(32);
  const length = Math.max(0, pread(fd, bytes, 0));
  const pid = Number.parseInt(new TextDecoder().decode(bytes.subarray(0, length)), 10);
  const known = Number.isSafeInteger(pid);
  return new StoreError(
    "locked",
    `Cannot write to the store ${directory}: ${known ? `process ${pid}` : "another process"} ` +
      `writes to it. Stop that process first`,
    { path: lockPath(directory), ...(known ? { pid } : {}) },
  );
}
