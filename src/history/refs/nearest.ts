/**
 * Which of some words somebody may have meant.
 *
 * @module
 */

/** The words most like `word`, best first, without those that are not alike at all. */
export function nearest(word: string, words: readonly string[], count: number): string[] {
  const wanted = word.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 3));
  return words
    .map((candidate) => ({ candidate, distance: score(wanted, candidate.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Edit distance; a word that contains the other counts as near. */
function score(a: string, b: string, limit: number): number {
  if (a.length >= 3 && b.includes(a)) return 1;
  if (Math.abs(a.length - b.length) > limit) return Infinity;
  return editDistance(a, b);
}

/** Levenshtein's: insertions, deletions and replacements of one unit. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
