/**
 * Keeps what another process reads from being collected as garbage.
 *
 * A reader that is not the store's server is unknown to whoever collects. So it locks the store's directory, together with
 * others who read, before it looks for what it will read; who decides what is garbage locks it alone for that moment. The
 * kernel lets go of the lock of a reader that was killed.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { isFailure } from "../../host/failure.ts";
import {
  close,
  flock,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  O_DIRECTORY,
  O_RDONLY,
  open,
} from "../../host/files.ts";
import { StoreError } from "../format/store_error.ts";
import { checkIo, ioError } from "./io_error.ts";

/** Lets nothing be collected until the descriptor that it returns is closed. */
export function keepForReading(directory: string): number {
  return lockDirectory(directory, LOCK_SH);
}

/** Runs `decide` while nobody reads. Throws `in_use` if somebody does. */
export function whileNobodyReads<T>(directory: string, decide: () => T): T {
  const fd = lockDirectory(directory, LOCK_EX | LOCK_NB);
  try {
    return decide();
  } finally {
    close(fd);
  }
}

function lockDirectory(directory: string, how: number): number {
  const path = cString(binaryString(directory));
  const fd = checkIo("open", directory, open(path, O_RDONLY | O_DIRECTORY));
  const result = flock(fd, how);
  if (result >= 0) return fd;
  close(fd);
  if (!isFailure(result, "EAGAIN")) throw ioError("lock", directory, result);
  throw new StoreError(
    "in_use",
    "Cannot collect garbage now: an export reads the store. Try again when it has ended",
    { path: directory },
  );
}
