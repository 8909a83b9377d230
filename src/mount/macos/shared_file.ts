/**
 * A file as memory that the next server has as this one leaves it.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { failureCode, isFailure } from "../../host/failure.ts";
import { close, fallocate, ftruncate, O_CREAT, O_RDWR, open } from "../../host/files.ts";
import { mapFile, type Mapping } from "../../host/mapping.ts";

/**
 * All of the file at `path`, made at least so many bytes long, with zeros. With blocks of its own, where the file system can:
 * to write to a page that the disk has no room for would end the process. Throws where it cannot be had.
 */
export function sharedFile(path: string, least: number): Mapping {
  const fd = open(cString(binaryString(path)), O_RDWR | O_CREAT, 0o600);
  if (fd < 0) throw unusable(path, failureCode(fd));
  try {
    const size = Math.max(least, Deno.statSync(path).size);
    let result = fallocate(fd, 0, 0, size);
    const isFull = isFailure(result, "ENOSPC") || isFailure(result, "EDQUOT");
    if (result < 0 && !isFull) result = ftruncate(fd, size);
    if (result < 0) throw unusable(path, failureCode(result));
    const mapping = mapFile(fd, 0, size);
    if (mapping === null) throw unusable(path, "no memory");
    return mapping;
  } finally {
    close(fd);
  }
}

function unusable(path: string, why: string): Error {
  return new Error(`Cannot share ${path}: ${why}`);
}
