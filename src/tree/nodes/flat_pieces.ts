/**
 * What a range of a file consists of, whatever it lies over: bytes of the journal and of the store, and zeros.
 *
 * @module
 */

import { SourceContent, StoredContent } from "./content.ts";
import { EXTENT_ZERO, ZERO_DATA, ZERO_HOLE } from "./extent.ts";
import { type ChangeBacking, dataRanges, zerosOver } from "./holes.ts";
import type { Content, Overlay } from "./overlay.ts";

interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** As an extent, but for stored bytes, of which it says where they are. */
export interface FlatPiece {
  readonly offset: number;
  readonly length: number;
  readonly source: number;
  readonly position: number;
  readonly stored: StoredContent | null;
}

/** True of zeros that are a hole. */
export function isHole({ source, position, stored }: FlatPiece): boolean {
  return stored === null && source === EXTENT_ZERO && position === ZERO_HOLE;
}

/**
 * The pieces of `[offset, offset + length)` of a file of `size` bytes, in order; null if some are in the source still.
 * What is said to be a hole does not depend on where the bytes are kept: zeros in a block with data are data.
 */
export function flatPieces(
  backing: ChangeBacking,
  content: Content,
  size: number,
  offset: number,
  length: number,
): FlatPiece[] | null {
  const flat = new Flat(backing);
  if (!flat.collect(content, offset, length)) return null;
  const rounded = new Flat(backing);
  for (const piece of flat.pieces) {
    if (!isHole(piece)) rounded.pieces.push(piece);
    else {
      const { offset: from, length: count } = piece;
      const zeros = zerosOver(backing, content, size, from, from + count);
      for (const part of zeros) rounded.zeros(part.offset, part.length, part.position);
    }
  }
  return rounded.pieces;
}

class Flat {
  readonly #backing: ChangeBacking;
  readonly pieces: FlatPiece[] = [];

  constructor(backing: ChangeBacking) {
    this.#backing = backing;
  }

  /** Adds what `content` has in a range. Returns false if some of it is in the source. */
  collect(content: Content, offset: number, length: number): boolean {
    if (content instanceof SourceContent) return false;
    if (content === null) this.zeros(offset, length, ZERO_HOLE);
    else if (content instanceof StoredContent) this.#stored(offset, length, content, offset);
    else return this.#overlay(content, offset, length);
    return true;
  }

  #overlay(overlay: Overlay, offset: number, length: number) {
    let complete = true;
    overlay.pieces(offset, length, {
      extent: (at, count, source, position) => {
        if (source <= -2) this.#stored(at, count, overlay.references[-2 - source]!, position);
        else this.pieces.push({ offset: at, length: count, source, position, stored: null });
      },
      base: (at, count) => {
        complete = this.collect(overlay.base, at, count) && complete;
      },
      zero: (at, count, isData) => this.zeros(at, count, isData ? ZERO_DATA : ZERO_HOLE),
    });
    return complete;
  }

  /** Bytes `[at, at + length)` are those of `stored` from `position` on. */
  #stored(at: number, length: number, stored: StoredContent, position: number): void {
    const end = position + length;
    let done = position;
    const holeTo = (to: number) => this.zeros(at + done - position, to - done, ZERO_HOLE);
    for (const data of this.#dataOf(stored, position, end)) {
      holeTo(data.offset);
      const offset = at + data.offset - position;
      const piece = { offset, length: data.length, source: 0, position: data.offset, stored };
      this.pieces.push(piece);
      done = data.offset + data.length;
    }
    holeTo(end);
  }

  /** Where `stored` has data: all of it if nobody can tell. */
  #dataOf(stored: StoredContent, from: number, to: number): ByteRange[] {
    try {
      return [...dataRanges(this.#backing, stored, stored.size, from, to)];
    } catch (error) {
      this.#backing.damage.note(error);
      const end = Math.min(to, stored.size);
      return from < end ? [{ offset: from, length: end - from }] : [];
    }
  }

  /** Zeros, as one piece with those of the same kind before them. */
  zeros(offset: number, length: number, position: number): void {
    if (length === 0) return;
    const last = this.pieces.at(-1);
    const goesOn = last?.stored === null && last.source === EXTENT_ZERO &&
      last.position === position;
    if (!goesOn) {
      this.pieces.push({ offset, length, source: EXTENT_ZERO, position, stored: null });
      return;
    }
    this.pieces[this.pieces.length - 1] = { ...last, length: last.length + length };
  }
}
