/**
 * Makes the chunk list of a file that was changed in known places.
 *
 * @module
 */

import { CHUNK_BYTES, type ChunkList, ChunkListBuilder } from "./chunk_list.ts";
import type { ObjectId } from "../format/object_id.ts";

/** Bytes `[offset, offset + length)` of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A change of a file in terms of its chunks. */
export interface ChunkEdit {
  /** Bytes of the file after the change. */
  readonly size: number;
  /** What the file was; null where nothing can be taken over. */
  readonly base: ChunkList | null;
  /** Bytes of `base` that still show, from its start. */
  readonly baseSize: number;
  /** Changed bytes, in any order; they may overlap and exceed the size. */
  readonly dirty: readonly ByteRange[];
}

/** What is to stand in a chunk list for one chunk. */
export interface ChunkContent {
  /** Null if it is all zeros. */
  readonly id: ObjectId | null;
  /** Which of its blocks have data; undefined for all of an id and none of zeros. */
  readonly mask?: bigint | undefined;
}

/**
 * The chunk list after `edit`. Chunks that no dirty range touches and no change of size cuts are taken over
 * from the base; where there is no base they are holes.
 *
 * @param put stores chunk number `chunk`
 */
export function editChunks(
  edit: ChunkEdit,
  put: (chunk: number) => ChunkContent,
): ChunkListBuilder {
  const chunks = Math.ceil(edit.size / CHUNK_BYTES);
  const builder = new ChunkListBuilder(edit.size);
  let done = 0;
  for (const [start, end] of rewrittenChunks(edit, chunks)) {
    takeOver(builder, edit, done, start);
    for (let chunk = start; chunk < end; chunk++) {
      const { id, mask } = put(chunk);
      builder.add(id, 1, mask);
    }
    done = end;
  }
  takeOver(builder, edit, done, chunks);
  return builder;
}

/** Sorted, disjoint ranges `[start, end)` of the chunks that must be read. */
function rewrittenChunks(edit: ChunkEdit, chunks: number): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  for (const { offset, length } of edit.dirty) {
    const start = Math.floor(Math.max(0, offset) / CHUNK_BYTES);
    const end = Math.min(chunks, Math.ceil((offset + length) / CHUNK_BYTES));
    if (length > 0 && start < end) ranges.push([start, end]);
  }
  for (const chunk of cutChunks(edit, chunks)) ranges.push([chunk, chunk + 1]);
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]);
    else merged.push(range);
  }
  return merged;
}

/** Chunks that a change of size gives another length than in the base, or another end of what shows. */
function cutChunks({ size, base, baseSize }: ChunkEdit, chunks: number): number[] {
  if (base === null) return [];
  const shown = Math.min(baseSize, base.size);
  const cut: number[] = [];
  for (const end of [size, shown]) {
    const chunk = Math.ceil(end / CHUNK_BYTES) - 1;
    if (chunk < 0 || chunk >= chunks || chunk * CHUNK_BYTES >= shown) continue;
    const wanted = Math.min(size, (chunk + 1) * CHUNK_BYTES);
    const whole = Math.min(base.size, (chunk + 1) * CHUNK_BYTES);
    if (wanted !== whole || wanted > shown) cut.push(chunk);
  }
  return cut;
}

/** Adds the chunks `[from, to)` as they are in the base, and holes after what shows of it. */
function takeOver(
  builder: ChunkListBuilder,
  { base, baseSize }: ChunkEdit,
  from: number,
  to: number,
): void {
  const shown = base === null ? 0 : Math.ceil(Math.min(baseSize, base.size) / CHUNK_BYTES);
  while (from < to) {
    if (base === null || from >= shown) {
      builder.add(null, to - from);
      return;
    }
    const run = base.runOf(from);
    const end = Math.min(to, shown, base.start(run + 1));
    builder.add(base.id(run), end - from, base.mask(run));
    from = end;
  }
}
