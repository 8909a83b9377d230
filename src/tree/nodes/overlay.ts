/**
 * A changed file's bytes: a base, of which the first `baseSize` bytes show, covered by extents.
 *
 * What an extent's `source` and `position` mean is told at {@linkcode CapturedOverlay}.
 *
 * @module
 */

import { SourceContent, StoredContent } from "./content.ts";
import { EXTENT_ZERO } from "./extent.ts";
import { ExtentList } from "./extent_list.ts";

/** A file is empty (null), stored, still in the source, or an overlay over one of these. */
export type Content = null | StoredContent | SourceContent | Overlay;

/** One piece of a file: what {@linkcode Overlay.pieces} calls back with. What returns true has seen enough. */
export interface PieceVisitor {
  /** Bytes `[offset, offset+length)` of the file are those of `source` from `position` on. */
  extent(offset: number, length: number, source: number, position: number): boolean | void;
  /** Bytes `[offset, offset+length)` of the file are the base's bytes at the same offset. */
  base(offset: number, length: number): boolean | void;
  /** Bytes `[offset, offset+length)` are zeros. */
  zero(offset: number, length: number): boolean | void;
}

export class Overlay {
  /** What was captured for a checkpoint must not change until that is settled. */
  frozen = false;
  extents = new ExtentList();
  /** Blocks of the file that have data, once somebody has counted them; kept right by who changes anything. */
  dataBlocks: number | null = null;
  /** Stored contents that extents refer to (bytes taken from other files by copy_file_range). */
  references: StoredContent[] = [];
  /** Index of each of them, made when first needed. */
  #indexOf: Map<StoredContent, number> | null = null;

  constructor(
    public base: Content,
    /** Bytes of `base` that show. Only ever shrinks. */
    public baseSize: number,
  ) {}

  /** Covers `[offset, offset+length)` with one extent. */
  cover(offset: number, length: number, source: number, position: number): void {
    if (length > 0) this.extents.cover(offset, length, source, position, skip);
  }

  /** Cuts everything at and after `size`. What is grown back later reads as zeros. */
  truncate(size: number): void {
    this.baseSize = Math.min(this.baseSize, size);
    this.extents.truncate(size);
  }

  /** Index to use as an extent's source for bytes of `stored`. */
  reference(stored: StoredContent): number {
    const known = this.#indexOf ??= new Map(this.references.map((r, i) => [r, i]));
    let index = known.get(stored);
    if (index === undefined) {
      index = this.references.push(stored) - 1;
      known.set(stored, index);
    }
    return -2 - index;
  }

  /** Visits what `[offset, offset+length)` consists of, in order. */
  pieces(offset: number, length: number, visitor: PieceVisitor): void {
    const end = offset + length;
    let at = offset;
    /** Up to `start`, where no extent is. */
    const gap = (start: number): boolean => {
      const shown = Math.min(start, Math.max(at, this.baseSize));
      if (shown > at && visitor.base(at, shown - at) === true) return true;
      return start > shown && visitor.zero(shown, start - shown) === true;
    };
    let done = false;
    this.extents.visit(offset, (start, extentLength, source, position) => {
      if (start >= end) return true;
      if (at < start) {
        if (gap(start)) return done = true;
        at = start;
      }
      const stop = Math.min(start + extentLength, end);
      const seen = source === EXTENT_ZERO
        ? visitor.zero(at, stop - at)
        : visitor.extent(at, stop - at, source, position + (at - start));
      at = stop;
      return done = seen === true;
    });
    if (!done && at < end) gap(end);
  }

  /** What this overlay is without the frozen one that is its base: over what that one is over. */
  over(frozen: Overlay, size: number): Overlay {
    const merged = new Overlay(frozen.base, Math.min(frozen.baseSize, this.baseSize));
    merged.references = [...frozen.references];
    frozen.pieces(0, this.baseSize, {
      extent: (offset, length, source, position) => merged.cover(offset, length, source, position),
      base: () => {},
      zero: () => {},
    });
    // Zeros of the frozen overlay that hide its base have to go on hiding it.
    for (const [offset, length, source] of frozen.extents) {
      if (source !== EXTENT_ZERO) continue;
      merged.cover(offset, Math.min(length, this.baseSize - offset), EXTENT_ZERO, 0);
    }
    for (const [offset, length, source, position] of this.extents) {
      const moved = source <= -2 ? merged.reference(this.references[-2 - source]!) : source;
      merged.cover(offset, length, moved, position);
    }
    merged.truncate(size);
    return merged;
  }

  /** Takes over all of another overlay. */
  become(other: Overlay): void {
    this.base = other.base;
    this.baseSize = other.baseSize;
    this.extents = other.extents;
    this.references = other.references;
    this.dataBlocks = null;
    this.#indexOf = null;
  }
}

/** Position of an extent's bytes `count` bytes further on. Zeros have none. */
function skip(source: number, position: number, count: number): number {
  return source === EXTENT_ZERO ? 0 : position + count;
}
