/**
 * Cuts three long texts into corresponding pieces, so that comparing them does not take the square of their length.
 *
 * As patience diff does it: a line that occurs once in each text, in the same order as the others of its kind,
 * stands for itself in all three.
 *
 * @module
 */

/** Indexes of one line in the three texts. */
export type Anchor = readonly [base: number, ours: number, theirs: number];

/** Lines that occur once in each text, as many as can be had in one order. Lines are given as numbers. */
export function lineAnchors(
  base: readonly number[],
  ours: readonly number[],
  theirs: readonly number[],
): Anchor[] {
  const [inOurs, inTheirs] = [onlyPlaces(ours), onlyPlaces(theirs)];
  const anchors: Anchor[] = [];
  for (const [line, at] of onlyPlaces(base)) {
    const [mine, other] = [inOurs.get(line) ?? -1, inTheirs.get(line) ?? -1];
    if (at >= 0 && mine >= 0 && other >= 0) anchors.push([at, mine, other]);
  }
  anchors.sort((a, b) => a[0] - b[0]);
  return longestIncreasing(longestIncreasing(anchors, 1), 2);
}

/** Line → its index, -1 if it has several. */
function onlyPlaces(lines: readonly number[]): Map<number, number> {
  const places = new Map<number, number>();
  lines.forEach((line, index) => places.set(line, places.has(line) ? -1 : index));
  return places;
}

/** The longest part of `anchors`, in their order, whose indexes in text `side` increase. */
function longestIncreasing(anchors: readonly Anchor[], side: 1 | 2): Anchor[] {
  /** Position of the lowest end of a run of each length. */
  const ends: number[] = [];
  const previous: number[] = [];
  anchors.forEach((anchor, position) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (anchors[ends[middle]!]![side] < anchor[side]) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : ends[low - 1]!);
    ends[low] = position;
  });
  const run: Anchor[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]!) run.push(anchors[at]!);
  return run.reverse();
}
