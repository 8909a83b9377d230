/**
 * Where a file has data and where it has holes, whatever its bytes are kept in.
 *
 * @module
 */

import type { TreeStore } from "./backing.ts";
import type { Content } from "./overlay.ts";
import { SourceContent, StoredContent } from "./content.ts";
import type { SourceFiles } from "./source_files.ts";

/** What knows the holes of contents that are not in the tree. */
export interface HoleBacking {
  readonly store: Pick<TreeStore, "nextData" | "nextHole">;
  readonly sourceFiles: SourceFiles | null;
}

/** Bytes in which holes are told, as on ext4: a block with one byte of data in it is data. */
export const BLOCK = 4096;

/** First byte at or after `offset` that is data (or, with `hole`, in a hole), at most `size`. */
export function next(
  backing: HoleBacking,
  content: Content,
  size: number,
  offset: number,
  hole: boolean,
): number {
  if (offset >= size) return size;
  if (content === null) return hole ? offset : size;
  if (content instanceof SourceContent) {
    return backing.sourceFiles?.seek(content.path, offset, size, hole) ?? (hole ? size : offset);
  }
  if (content instanceof StoredContent) {
    const end = Math.min(content.size, size);
    if (offset >= end) return hole ? offset : size;
    if (hole) return backing.store.nextHole(content, end, offset);
    const data = backing.store.nextData(content, end, offset);
    return data < 0 ? size : data;
  }
  let result = size;
  /** Bytes `[at, at + count)` are those of `inner` from `position` on. True if what is sought is among them. */
  const within = (at: number, count: number, inner: Content, position: number) => {
    const found = next(backing, inner, position + count, position, hole);
    if (found < position + count) result = at + found - position;
    return result < size;
  };
  const here = (at: number) => {
    result = at;
    return true;
  };
  content.pieces(offset, size - offset, {
    extent: (at, count, source, position) =>
      source <= -2
        ? within(at, count, content.references[-2 - source]!, position)
        : !hole && here(at),
    zero: (at) => hole && here(at),
    base: (at, count) => within(at, count, content.base, at),
  });
  return result;
}

/** Ranges of data of a file of `size` bytes, in order, within `[from, to)`. */
export function* dataRanges(
  backing: HoleBacking,
  content: Content,
  size: number,
  from: number,
  to: number,
): Generator<{ offset: number; length: number }> {
  const end = Math.min(to, size);
  for (let at = from; at < end;) {
    const offset = next(backing, content, end, at, false);
    at = next(backing, content, end, offset, true);
    if (offset < end) yield { offset, length: at - offset };
  }
}

/** How many blocks of a file of `size` bytes have data, of those that `[from, to)` touches. */
export function countBlocks(
  backing: HoleBacking,
  content: Content,
  size: number,
  from: number,
  to: number,
): number {
  let blocks = 0;
  const end = Math.min(size, Math.ceil(to / BLOCK) * BLOCK);
  for (let at = Math.floor(from / BLOCK) * BLOCK; at < end;) {
    const data = next(backing, content, end, at, false);
    if (data >= end) break;
    const first = Math.floor(data / BLOCK);
    // What else is in that block does not matter: it may be thousands of pieces.
    const hole = next(backing, content, end, (first + 1) * BLOCK, true);
    const after = Math.max(first + 1, Math.ceil(hole / BLOCK));
    blocks += after - first;
    at = after * BLOCK;
  }
  return blocks;
}
