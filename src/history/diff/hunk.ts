/** Lines that differ, with those around them. */
export interface Hunk {
  /** First line in the old text, from 1; where it has none there, the line that it comes before. */
  readonly oldStart: number;
  /** The same in the new text. */
  readonly newStart: number;
  /** Binary strings: a blank, `-` or `+`, and the line with its line feed; only the last line of a text may have none. */
  readonly lines: readonly string[];
}

/** `@@ -1,3 +1,4 @@`, as patches have it. */
export function hunkHeader({ oldStart, newStart, lines }: Hunk): string {
  const count = (sign: string) => lines.filter((line) => line[0] !== sign).length;
  return `@@ -${range(oldStart, count("+"))} +${range(newStart, count("-"))} @@`;
}

/** A range without lines is named by the line before it. */
function range(start: number, lines: number): string {
  return lines === 0 ? `${start - 1},0` : lines === 1 ? `${start}` : `${start},${lines}`;
}
