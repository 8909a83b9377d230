/**
 * Holes and data of a chunked file, for st_blocks, SEEK_DATA and SEEK_HOLE.
 *
 * `size` may be below the list's own size: then the file ends there.
 *
 * @module
 */

import { dataBytes, nextInMask } from "./block_mask.ts";
import { CHUNK_BYTES, type ChunkList } from "./chunk_list.ts";

/** Bytes of the file that are not in holes. */
export function allocatedBytes(list: ChunkList, size: number): number {
  if (size < list.size) return countData(list, size);
  return list.allocated ??= countData(list, size);
}

function countData(list: ChunkList, size: number): number {
  let bytes = 0;
  for (let run = 0; run < list.runs; run++) {
    const [start, end] = [list.start(run), list.start(run + 1)];
    if (start * CHUNK_BYTES >= size) break;
    if (list.isOnly(run, true)) continue;
    if (list.isOnly(run, false)) {
      bytes += Math.min(end * CHUNK_BYTES, size) - start * CHUNK_BYTES;
      continue;
    }
    for (let chunk = start; chunk < end && chunk * CHUNK_BYTES < size; chunk++) {
      const length = Math.min(list.chunkLength(chunk), size - chunk * CHUNK_BYTES);
      bytes += dataBytes(list.mask(run), length);
    }
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
  let at = offset;
  for (let run = list.runOf(Math.floor(offset / CHUNK_BYTES)); at < size; run++) {
    const found = nextInRun(list, run, at, hole);
    if (found >= 0) return found < size ? found : otherwise;
    at = list.start(run + 1) * CHUNK_BYTES;
  }
  return otherwise;
}

/** As {@linkcode next}, from an offset in `run` to its end; -1 where there is none. */
function nextInRun(list: ChunkList, run: number, offset: number, hole: boolean): number {
  if (list.isOnly(run, hole)) return offset;
  if (list.isOnly(run, !hole)) return -1;
  const end = list.start(run + 1);
  let chunk = Math.floor(offset / CHUNK_BYTES);
  let within = offset - chunk * CHUNK_BYTES;
  for (; chunk < end; chunk++, within = 0) {
    const found = nextInMask(list.mask(run), list.chunkLength(chunk), within, hole);
    if (found >= 0) return chunk * CHUNK_BYTES + found;
  }
  return -1;
}
