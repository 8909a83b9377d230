/**
 * Where a file has data and where it has holes, whatever its bytes are kept in.
 *
 * Whether a block is data is a matter of what was done to the file, as on a disk: bytes that are written to it make it
 * data, and only zeros that cover all of it, or a cut before it, make it a hole. It must not be one of how the bytes are
 * kept: an overlay knows its pieces byte by byte and the store its blocks, and the one becomes the other whenever a
 * checkpoint is stored or a journal replayed. So a block of an overlay that is data has a piece that is data in it.
 *
 * @module
 */

import type { TreeStore } from "./backing.ts";
import type { Content } from "./overlay.ts";
import { SourceContent, StoredContent } from "./content.ts";
import type { DamageReport } from "./damage_report.ts";
import { ZERO_DATA, ZERO_HOLE } from "./extent.ts";
import type { SourceFiles } from "./source_files.ts";

/** What knows the holes of contents that are not in the tree. */
export interface HoleBacking {
  readonly store: Pick<TreeStore, "nextData" | "nextHole">;
  readonly sourceFiles: SourceFiles | null;
}

/** For changes that are in the journal already: no damage of the store may keep them from being made. */
export interface ChangeBacking extends HoleBacking {
  readonly damage: Pick<DamageReport, "note">;
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
    zero: (at, _, isData) => isData !== hole && here(at),
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

/** True if the block that byte `at` is in has data, or nobody can tell. */
export function isDataBlock(
  backing: ChangeBacking,
  content: Content,
  size: number,
  at: number,
): boolean {
  const block = at - at % BLOCK;
  const end = Math.min(size, block + BLOCK);
  try {
    return next(backing, content, end, block, false) < end;
  } catch (error) {
    backing.damage.note(error);
    return true;
  }
}

/** Zeros, of the kind that `position` says. */
export interface Zeros {
  readonly offset: number;
  readonly length: number;
  readonly position: number;
}

/**
 * Zeros in the place of `[from, to)` of a file of `size` bytes: a hole where they cover blocks in whole, or those that
 * are holes already. At the ends, a block that is data stays data.
 */
export function zerosOver(
  backing: ChangeBacking,
  content: Content,
  size: number,
  from: number,
  to: number,
): Zeros[] {
  const first = Math.min(to, Math.ceil(from / BLOCK) * BLOCK);
  // The last block ends with the file.
  const last = to >= size ? to : Math.max(first, to - to % BLOCK);
  const part = (at: number) => isDataBlock(backing, content, size, at) ? ZERO_DATA : ZERO_HOLE;
  return [
    ...(from < first ? [{ offset: from, length: first - from, position: part(from) }] : []),
    ...(first < last ? [{ offset: first, length: last - first, position: ZERO_HOLE }] : []),
    ...(last < to ? [{ offset: last, length: to - last, position: part(last) }] : []),
  ];
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
