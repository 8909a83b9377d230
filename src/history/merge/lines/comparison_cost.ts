/**
 * Whether two texts can be compared line by line in a short time.
 *
 * The comparison looks at every pair of equal lines, which are very many where lines repeat, and for each line at
 * the lines matched so far.
 *
 * @module
 */

/** Pairs of equal lines: about 0.2 s. */
const PAIRS_MAX = 50_000;
/** Product of the lengths: about 0.1 s. */
const PRODUCT_MAX = 4000 * 4000;

export function isComparable<Line>(a: readonly Line[], b: readonly Line[]): boolean {
  if (a.length * b.length > PRODUCT_MAX) return false;
  const counts = new Map<Line, number>();
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1);
  let pairs = 0;
  for (const line of b) pairs += counts.get(line) ?? 0;
  return pairs <= PAIRS_MAX;
}
