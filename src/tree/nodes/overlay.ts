/**
 * A changed file's bytes: a base, of which the first `baseSize` bytes show, covered by extents.
 *
 * Extents are kept sorted and disjoint in parallel arrays, because a file that a database rewrites has
 * many thousands of them and objects would cost ten times the memory. What an extent's `source` and
 * `position` mean is told at {@linkcode CapturedOverlay}.
 *
 * @module
 */

import { SourceContent, StoredContent } from "./content.ts";
import { EXTENT_ZERO } from "./extent.ts";

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
  offsets: number[] = [];
  lengths: number[] = [];
  sources: number[] = [];
  positions: number[] = [];
  /** Blocks of the file that have data, once somebody has counted them; kept right by who changes anything. */
  dataBlocks: number | null = null;
  /** Stored contents that extents refer to (bytes taken from other files by copy_file_range). */
  references: StoredContent[] = [];

  constructor(
    public base: Content,
    /** Bytes of `base` that show. Only ever shrinks. */
    public baseSize: number,
  ) {}

  /** Index of the first extent that ends after `offset`. */
  #find(offset: number): number {
    const { offsets, lengths } = this;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! + lengths[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Covers `[offset, offset+length)` with one extent. */
  cover(offset: number, length: number, source: number, position: number): void {
    if (length <= 0) return;
    const last = this.offsets.length - 1;
    if (last < 0 || this.offsets[last]! + this.lengths[last]! <= offset) {
      this.#insert(last + 1, 0, offset, length, source, position);
      return;
    }
    const end = offset + length;
    const first = this.#find(offset);
    let after = first;
    const { offsets, lengths, sources, positions } = this;
    let headLength = 0;
    let tail: [number, number, number, number] | null = null;
    while (after < offsets.length && offsets[after]! < end) {
      const start = offsets[after]!;
      const stop = start + lengths[after]!;
      if (start < offset) headLength = offset - start;
      if (stop > end) {
        tail = [end, stop - end, sources[after]!, advance(positions, sources, after, end - start)];
      }
      after++;
    }
    let at = first;
    if (headLength > 0) {
      lengths[first] = headLength;
      at = first + 1;
      if (after === first) after = at;
    }
    this.#insert(at, after - at, offset, length, source, position);
    if (tail !== null) this.#insert(at + 1, 0, ...tail);
  }

  #insert(
    at: number,
    remove: number,
    offset: number,
    length: number,
    source: number,
    position: number,
  ): void {
    if (remove === 1) {
      this.offsets[at] = offset;
      this.lengths[at] = length;
      this.sources[at] = source;
      this.positions[at] = position;
    } else if (at === this.offsets.length) {
      this.offsets.push(offset);
      this.lengths.push(length);
      this.sources.push(source);
      this.positions.push(position);
    } else {
      this.offsets.splice(at, remove, offset);
      this.lengths.splice(at, remove, length);
      this.sources.splice(at, remove, source);
      this.positions.splice(at, remove, position);
    }
  }

  /** Cuts everything at and after `size`. What is grown back later reads as zeros. */
  truncate(size: number): void {
    this.baseSize = Math.min(this.baseSize, size);
    const first = this.#find(size);
    let keep = first;
    if (first < this.offsets.length && this.offsets[first]! < size) {
      this.lengths[first] = size - this.offsets[first]!;
      keep = first + 1;
    }
    this.offsets.length = keep;
    this.lengths.length = keep;
    this.sources.length = keep;
    this.positions.length = keep;
  }

  /** Index to use as an extent's source for bytes of `stored`. */
  reference(stored: StoredContent): number {
    let index = this.references.indexOf(stored);
    if (index < 0) index = this.references.push(stored) - 1;
    return -2 - index;
  }

  /** Visits what `[offset, offset+length)` consists of, in order. */
  pieces(offset: number, length: number, visitor: PieceVisitor): void {
    const end = offset + length;
    let at = offset;
    for (let i = this.#find(offset); at < end; i++) {
      const start = i < this.offsets.length ? Math.min(this.offsets[i]!, end) : end;
      if (at < start) {
        const shown = Math.min(start, Math.max(at, this.baseSize));
        if (shown > at && visitor.base(at, shown - at) === true) return;
        if (start > shown && visitor.zero(shown, start - shown) === true) return;
        at = start;
      }
      if (at >= end || i >= this.offsets.length) break;
      const stop = Math.min(this.offsets[i]! + this.lengths[i]!, end);
      const source = this.sources[i]!;
      const done = source === EXTENT_ZERO
        ? visitor.zero(at, stop - at)
        : visitor.extent(at, stop - at, source, this.positions[i]! + (at - this.offsets[i]!));
      if (done === true) return;
      at = stop;
    }
  }

  /**
   * Takes back a freeze whose checkpoint failed: this overlay's base is the frozen one, and becomes what
   * that one was based on.
   */
  absorb(frozen: Overlay, size: number): void {
    const merged = new Overlay(frozen.base, Math.min(frozen.baseSize, this.baseSize));
    merged.references = [...frozen.references];
    frozen.pieces(0, this.baseSize, {
      extent: (offset, length, source, position) => merged.cover(offset, length, source, position),
      base: () => {},
      zero: () => {},
    });
    this.dataBlocks = null;
    // Zeros of the frozen overlay that hide its base have to go on hiding it.
    for (let i = 0; i < frozen.offsets.length; i++) {
      if (frozen.sources[i] !== EXTENT_ZERO) continue;
      const length = Math.min(frozen.lengths[i]!, this.baseSize - frozen.offsets[i]!);
      merged.cover(frozen.offsets[i]!, length, EXTENT_ZERO, 0);
    }
    for (let i = 0; i < this.offsets.length; i++) {
      const source = this.sources[i]!;
      const moved = source <= -2 ? merged.reference(this.references[-2 - source]!) : source;
      merged.cover(this.offsets[i]!, this.lengths[i]!, moved, this.positions[i]!);
    }
    merged.truncate(size);
    this.base = merged.base;
    this.baseSize = merged.baseSize;
    this.offsets = merged.offsets;
    this.lengths = merged.lengths;
    this.sources = merged.sources;
    this.positions = merged.positions;
    this.references = merged.references;
  }
}

/** Position of an extent's bytes `skip` bytes further on. Zeros have none. */
function advance(positions: number[], sources: number[], index: number, skip: number): number {
  return sources[index] === EXTENT_ZERO ? 0 : positions[index]! + skip;
}
