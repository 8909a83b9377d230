/**
 * Three texts merged line by line (diff3).
 *
 * @module
 */

import { diff3MergeRegions } from "node-diff3";
import { isComparable } from "./comparison_cost.ts";
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

/** Start and end of a piece in each of the three texts. */
interface Piece {
  readonly base: Range;
  readonly ours: Range;
  readonly theirs: Range;
}

type Range = readonly [start: number, end: number];

/**
 * Merges the changes that `ours` and `theirs` made to `base`. As in git, changes that touch without a line between
 * them conflict unless they are equal. Long texts are cut at lines that occur once in each; a long piece in which
 * all lines repeat is a conflict as a whole if both sides changed it.
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
    this.#merge({
      base: [0, this.#o.length],
      ours: [0, this.#a.length],
      theirs: [0, this.#b.length],
    });
    this.#flush();
  }

  #merge(piece: Piece): void {
    const { head, tail } = this.#sharedEnds(piece);
    const [start, end] = piece.base;
    this.#settle(this.#base, start, start + head);
    this.#mergeMiddle({
      base: inner(piece.base, head, tail),
      ours: inner(piece.ours, head, tail),
      theirs: inner(piece.theirs, head, tail),
    });
    this.#settle(this.#base, end - tail, end);
  }

  /** How many lines at either end all three have. */
  #sharedEnds({ base, ours, theirs }: Piece): { head: number; tail: number } {
    const [o, a, b] = [this.#o, this.#a, this.#b];
    const shortest = Math.min(base[1] - base[0], ours[1] - ours[0], theirs[1] - theirs[0]);
    const same = (x: number, y: number, z: number) => o[x] === a[y] && o[x] === b[z];
    let head = 0;
    while (head < shortest && same(base[0] + head, ours[0] + head, theirs[0] + head)) head++;
    let tail = 0;
    while (
      tail < shortest - head &&
      same(base[1] - 1 - tail, ours[1] - 1 - tail, theirs[1] - 1 - tail)
    ) tail++;
    return { head, tail };
  }

  #mergeMiddle(piece: Piece): void {
    const o = this.#o.slice(...piece.base);
    const a = this.#a.slice(...piece.ours);
    const b = this.#b.slice(...piece.theirs);
    if (equal(a, b) || equal(o, b)) return this.#settle(this.#ours, ...piece.ours);
    if (equal(o, a)) return this.#settle(this.#theirs, ...piece.theirs);
    if (isComparable(o, a) && isComparable(o, b)) return this.#compare(piece, o, a, b);
    const anchors = lineAnchors(o, a, b);
    if (anchors.length === 0) return this.#conflict(piece);
    let [atO, atA, atB] = [piece.base[0], piece.ours[0], piece.theirs[0]];
    for (const [x, y, z] of anchors) {
      const [endO, endA, endB] = [piece.base[0] + x, piece.ours[0] + y, piece.theirs[0] + z];
      this.#merge({ base: [atO, endO], ours: [atA, endA], theirs: [atB, endB] });
      this.#settle(this.#base, endO, endO + 1);
      [atO, atA, atB] = [endO + 1, endA + 1, endB + 1];
    }
    this.#merge({
      base: [atO, piece.base[1]],
      ours: [atA, piece.ours[1]],
      theirs: [atB, piece.theirs[1]],
    });
  }

  #compare(piece: Piece, o: number[], a: number[], b: number[]): void {
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
    if (equal(this.#a.slice(...piece.ours), this.#b.slice(...piece.theirs))) {
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

function inner([start, end]: Range, head: number, tail: number): Range {
  return [start + head, end - tail];
}

function shifted([start]: Range, offset: number, length: number): Range {
  return [start + offset, start + offset + length];
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}
