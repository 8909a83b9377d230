/**
 * Where a sparse file has bytes.
 *
 * @module
 */

import { isFailure } from "../host/failure.ts";
import { lseek, SEEK_DATA, SEEK_HOLE } from "../host/source_files.ts";

/** Bytes `[offset, offset + length)` of a file. */
export interface DataRange {
  readonly offset: number;
  readonly length: number;
}

/** What of `[from, to)` is not a hole; all of it where the file system cannot tell. */
export function dataRanges(fd: number, from: number, to: number): DataRange[] {
  const ranges: DataRange[] = [];
  for (let at = from; at < to;) {
    const data = lseek(fd, at, SEEK_DATA);
    // ENXIO: there is nothing but a hole to the end of the file.
    if (isFailure(data, "ENXIO")) break;
    if (data < 0) return [{ offset: from, length: to - from }];
    if (data >= to) break;
    const hole = lseek(fd, data, SEEK_HOLE);
    const end = hole < 0 ? to : Math.min(hole, to);
    ranges.push({ offset: data, length: end - data });
    at = end;
  }
  return ranges;
}
