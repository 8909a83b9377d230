/**
 * Three texts merged line by line (diff3).
 *
 * @module
 */

import { diff3MergeRegions } from "node-diff3";
import { lineAnchors } from "./line_anchors.ts";

/** Lines in conflict, or settled ones. */
export type LineRegion = CleanLines | LinesInConflict;

export interface CleanLines {
  readonly clean: readonly string[];
}

export interface LinesInConflict {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/** Longer texts are cut at lines that occur once in each. */
const WHOLE_LINES = 2000;
/** Product of the lengths of two pieces up to which they are compared line by line. */
export const COMPARED_MAX = 5000 * 5000;

/** Start and end of a piece in each of the three texts. */
interface Piece {
  readonly base: Range;
  readonly ours: Range;
  readonly theirs: Range;
}

type Range = readonly [start: number, end: number];

/**
 * Merges the changes that `ours` and `theirs` made to `base`. As in git, changes that touch without a line between
 * them conflict unless they are equal. Long pieces in which all lines repeat are not compared: changed by
 * both sides they are a conflict as a whole.
 */
export function mergeLines(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
): LineRegion[] {
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[]) =>
    lines.map((line) => {
      const number = numbers.get(line) ?? numbers.size;
      if (number === numbers.size) numbers.set(line, number);
      return number;
    });
  const merge = new LineMerge([base, ours, theirs], [base, ours, theirs].map(numbered));
  merge.run();
  return merge.regions;
}

class LineMerge {
  readonly regions: LineRegion[] = [];
  readonly #base: readonly string[];
  readonly #ours: readonly string[];
  readonly #theirs: readonly string[];
  /** The same lines as numbers: those are compared faster. */
  readonly #o: readonly number[];
  readonly #a: readonly number[];
  readonly #b: readonly number[];
  #clean: string[] = [];

  constructor(texts: readonly (readonly string[])[], numbers: readonly (readonly number[])[]) {
    [this.#base, this.#ours, this.#theirs] = texts as [string[], string[], string[]];
    [this.#o, this.#a, this.#b] = numbers as [number[], number[], number[]];
  }

  run(): void {
    const [o, a, b] = [this.#o, this.#a, this.#b];
    const shortest = Math.min(o.length, a.length, b.length);
    let head = 0;
    while (head < shortest && o[head] === a[head] && o[head] === b[head]) head++;
    let tail = 0;
    while (
      tail < shortest - head && o.at(-1 - tail) === a.at(-1 - tail) &&
      o.at(-1 - tail) === b.at(-1 - tail)
    ) tail++;
    this.#settle(this.#base, 0, head);
    this.#mergeMiddle({
      base: [head, o.length - tail],
      ours: [head, a.length - tail],
      theirs: [head, b.length - tail],
    });
    this.#settle(this.#base, o.length - tail, o.length);
    this.#flush();
  }

  #mergeMiddle(piece: Piece): void {
    const [o, a, b] = [
      cut(this.#o, piece.base),
      cut(this.#a, piece.ours),
      cut(this.#b, piece.theirs),
    ];
    if (Math.max(o.length, a.length, b.length) <= WHOLE_LINES) return this.#mergePiece(piece);
    let [atO, atA, atB] = [piece.base[0], piece.ours[0], piece.theirs[0]];
    for (const [x, y, z] of lineAnchors(o, a, b)) {
      const [endO, endA, endB] = [piece.base[0] + x, piece.ours[0] + y, piece.theirs[0] + z];
      this.#mergePiece({ base: [atO, endO], ours: [atA, endA], theirs: [atB, endB] });
      this.#settle(this.#base, endO, endO + 1);
      [atO, atA, atB] = [endO + 1, endA + 1, endB + 1];
    }
    this.#mergePiece({
      base: [atO, piece.base[1]],
      ours: [atA, piece.ours[1]],
      theirs: [atB, piece.theirs[1]],
    });
  }

  #mergePiece(piece: Piece): void {
    const [o, a, b] = [
      cut(this.#o, piece.base),
      cut(this.#a, piece.ours),
      cut(this.#b, piece.theirs),
    ];
    if (equal(a, b) || equal(o, b)) return this.#settle(this.#ours, ...piece.ours);
    if (equal(o, a)) return this.#settle(this.#theirs, ...piece.theirs);
    if (o.length * Math.max(a.length, b.length) > COMPARED_MAX) return this.#conflict(piece);
    for (const region of diff3MergeRegions(a, o, b)) {
      if (region.stable) {
        const { buffer, bufferStart, bufferLength } = region;
        const [text, from] = buffer === "o"
          ? [this.#base, piece.base[0]]
          : buffer === "a"
          ? [this.#ours, piece.ours[0]]
          : [this.#theirs, piece.theirs[0]];
        this.#settle(text, from + bufferStart, from + bufferStart + bufferLength);
      } else {
        this.#conflict({
          base: shifted(piece.base, region.oStart, region.oLength),
          ours: shifted(piece.ours, region.aStart, region.aLength),
          theirs: shifted(piece.theirs, region.bStart, region.bLength),
        });
      }
    }
  }

  #conflict(piece: Piece): void {
    if (equal(cut(this.#a, piece.ours), cut(this.#b, piece.theirs))) {
      return this.#settle(this.#ours, ...piece.ours);
    }
    this.#flush();
    this.regions.push({
      base: this.#base.slice(...piece.base),
      ours: this.#ours.slice(...piece.ours),
      theirs: this.#theirs.slice(...piece.theirs),
    });
  }

  #settle(text: readonly string[], start: number, end: number): void {
    for (let i = start; i < end; i++) this.#clean.push(text[i]!);
  }

  #flush(): void {
    if (this.#clean.length > 0) this.regions.push({ clean: this.#clean });
    this.#clean = [];
  }
}

function cut(lines: readonly number[], [start, end]: Range): number[] {
  return lines.slice(start, end);
}

function shifted([start]: Range, offset: number, length: number): Range {
  return [start + offset, start + offset + length];
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
