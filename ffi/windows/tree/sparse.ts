/**
 * Where a file has bytes.
 *
 * @module
 */

import { Errno } from "../../errno.ts";
import { controlFile, FileClass, queryFile, STANDARD } from "../file.ts";

const QUERY_ALLOCATED_RANGES = 0x940cf;

export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

const standard = new DataView(new ArrayBuffer(STANDARD.SIZE_OF));
const asked = new BigInt64Array(2);
const askedBytes = new Uint8Array(asked.buffer);
const range = new BigInt64Array(2);
const rangeBytes = new Uint8Array(range.buffer);

/** As lseek(2), for data and holes only. */
export function lseek(handle: number, offset: number, whence: number): number {
  const isTold = queryFile(handle, FileClass.STANDARD, new Uint8Array(standard.buffer));
  if (isTold < 0) return isTold;
  const size = Number(standard.getBigInt64(STANDARD.SIZE, true));
  if (offset >= size) return -Errno.ENXIO;
  asked[0] = BigInt(offset);
  asked[1] = BigInt(size - offset);
  const length = controlFile(handle, QUERY_ALLOCATED_RANGES, askedBytes, rangeBytes);
  if (length < 0) return length;
  if (length === 0) return whence === SEEK_DATA ? -Errno.ENXIO : offset;
  const start = Math.max(offset, Number(range[0]));
  if (whence === SEEK_DATA) return start >= size ? -Errno.ENXIO : start;
  return start > offset ? offset : Math.min(size, Number(range[0]! + range[1]!));
}
