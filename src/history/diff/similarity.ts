/**
 * How much of a file is in another one.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";
import { readContent } from "./text.ts";

/** Bytes that are read at most. */
const BYTES_MAX = 64 * 1024 * 1024;
/** Lines that are compared at most: about a second. */
const PIECES_MAX = 10_000_000;
/** A line is compared in pieces of this length, so that files without lines can be alike too. */
const PIECE = 64;

export class Similarity {
  readonly #store: Store;
  /** By content. */
  readonly #pieces = new Map<string | null, ReadonlyMap<string, number> | null>();
  #bytes = 0;
  #compared = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** More would take too long. */
  get isSpent(): boolean {
    return this.#bytes > BYTES_MAX || this.#compared > PIECES_MAX;
  }

  /** Percent of the larger file's bytes that are in both; 0 if that is less than `least`, or they are too large. */
  of(a: InodeRecord, b: InodeRecord, least: number): number {
    const larger = Math.max(a.size, b.size);
    if (Math.min(a.size, b.size) * 100 < least * larger) return 0;
    const [first, second] = [this.#piecesOf(a), this.#piecesOf(b)];
    if (first === null || second === null) return 0;
    this.#compared += Math.min(first.size, second.size);
    const percent = Math.floor(commonBytes(first, second) * 100 / larger);
    return percent < least ? 0 : percent;
  }

  #piecesOf(record: InodeRecord): ReadonlyMap<string, number> | null {
    let known = this.#pieces.get(record.content);
    if (known === undefined) {
      const content = readContent(this.#store, record);
      this.#bytes += content?.length ?? 0;
      this.#pieces.set(record.content, known = content === null ? null : countPieces(content));
    }
    return known;
  }
}

/** Lines, long ones in pieces → bytes they take together. */
function countPieces(content: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start < content.length;) {
    const feed = content.indexOf("\n", start);
    const end = Math.min(feed < 0 ? content.length : feed + 1, start + PIECE);
    const piece = content.slice(start, end);
    counts.set(piece, (counts.get(piece) ?? 0) + piece.length);
    start = end;
  }
  return counts;
}

function commonBytes(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const [piece, bytes] of few) common += Math.min(bytes, many.get(piece) ?? 0);
  return common;
}
