/**
 * Holes and data of a chunked file, for st_blocks, SEEK_DATA and SEEK_HOLE.
 *
 * `size` may be below the list's own size: then the file ends there.
 *
 * @module
 */

import { CHUNK_BYTES, type ChunkList } from "./chunk_list.ts";

/** Bytes of the file that are not in holes. */
export function allocatedBytes(list: ChunkList, size: number): number {
  let bytes = 0;
  for (let run = 0; run < list.runs; run++) {
    const start = list.start(run) * CHUNK_BYTES;
    if (start >= size) break;
    if (!list.isHole(run)) bytes += Math.min(list.start(run + 1) * CHUNK_BYTES, size) - start;
  }
  return bytes;
}

/** Offset of the first byte at or after `offset` that is data, or -1. */
export function nextData(list: ChunkList, size: number, offset: number): number {
  return next(list, size, offset, false, -1);
}

/** Offset of the first byte at or after `offset` that is in a hole; `size` if there is none. */
export function nextHole(list: ChunkList, size: number, offset: number): number {
  return next(list, size, offset, true, size);
}

function next(
  list: ChunkList,
  size: number,
  offset: number,
  hole: boolean,
  otherwise: number,
): number {
  let run = list.runOf(Math.floor(offset / CHUNK_BYTES));
  while (run < list.runs && list.isHole(run) !== hole) run++;
  if (run === list.runs) return otherwise;
  const found = Math.max(offset, list.start(run) * CHUNK_BYTES);
  return found < size ? found : otherwise;
}
