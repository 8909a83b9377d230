/**
 * The lock that makes a writer the only one.
 *
 * @module
 */

import { isFailure } from "../../host/failure.ts";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import {
  close,
  emptyStat,
  flock,
  fstat,
  ftruncate,
  LOCK_EX,
  LOCK_NB,
  O_CREAT,
  O_RDWR,
  open,
  pwrite,
} from "../../host/files.ts";
import { checkIo, ioError } from "./io_error.ts";
import { StoreError } from "../format/store_error.ts";
import { isOver } from "../../host/processes.ts";
import { lockPath } from "./store_paths.ts";

/**
 * Locks the store and writes this process's id into the lock file. A lock whose holder was killed, and which the
 * kernel has not let go of yet, does not count.
 *
 * @returns the descriptor that holds the lock; closing it, or the end of the process, lets go
 */
export function lockStore(directory: string): number {
  const path = lockPath(directory);
  const fd = lockFile(path);
  if (fd !== null) return fd;
  // One at a time, so that nobody replaces the file of somebody who has just replaced it.
  const turn = openLock(`${path}.turn`);
  try {
    flock(turn, LOCK_EX);
    const pid = holderOf(path);
    if (pid === null || !isOver(pid)) return lockFile(path) ?? fail(locked(directory, pid));
    Deno.removeSync(path);
    return lockFile(path) ?? fail(locked(directory, holderOf(path)));
  } finally {
    close(turn);
  }
}

/** Null if somebody else holds the lock. */
function lockFile(path: string): number | null {
  while (true) {
    const fd = openLock(path);
    const result = flock(fd, LOCK_EX | LOCK_NB);
    if (result < 0) {
      close(fd);
      if (isFailure(result, "EAGAIN")) return null;
      throw ioError("lock", path, result);
    }
    if (isStillAt(path, fd)) {
      writeHolder(path, fd);
      return fd;
    }
    // Replaced between the two.
    close(fd);
  }
}

function openLock(path: string): number {
  return checkIo("open", path, open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600));
}

const stat = emptyStat();

function isStillAt(path: string, fd: number): boolean {
  try {
    return fstat(fd, stat) >= 0 && Deno.statSync(path).ino === stat.ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function writeHolder(path: string, fd: number): void {
  const text = new TextEncoder().encode(`${Deno.pid}\n`);
  ftruncate(fd, 0);
  const written = pwrite(fd, text, 0);
  if (written >= 0) return;
  close(fd);
  throw ioError("write", path, written);
}

/** Id of the process that holds the lock; null if it is not known. */
function holderOf(path: string): number | null {
  try {
    const pid = Number.parseInt(Deno.readTextFileSync(path), 10);
    return Number.isSafeInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}

function fail(error: StoreError): never {
  throw error;
}

function locked(directory: string, pid: number | null): StoreError {
  return new StoreError(
    "locked",
    `Cannot write to the store ${directory}: ${
      pid === null ? "another process" : `process ${pid}`
    } writes to it. Stop that process first`,
    { path: lockPath(directory), ...(pid === null ? {} : { pid }) },
  );
}
