/**
 * A hunk in the pieces that can be taken apart.
 *
 * @module
 */

import type { Hunk } from "../../control/service/merge.ts";

/**
 * The changes of a hunk, each with the lines around it: those between two belong to both. The hunk itself if it has only one.
 */
export function splitHunk({ oldStart, newStart, lines }: Hunk): Hunk[] {
  const pieces: Hunk[] = [];
  let start = 0;
  let [oldLine, newLine] = [oldStart, newStart];
  while (true) {
    const first = lines.findIndex((line, i) => i >= start && !isContext(line));
    if (first < 0) break;
    const end = endOf(lines, first, (line) => !isContext(line));
    const next = endOf(lines, end, isContext);
    pieces.push({ oldStart: oldLine, newStart: newLine, lines: lines.slice(start, next) });
    for (const line of lines.slice(start, end)) {
      if (line[0] !== "+") oldLine++;
      if (line[0] !== "-") newLine++;
    }
    start = end;
  }
  return pieces;
}

function endOf(
  lines: readonly string[],
  start: number,
  belongs: (line: string) => boolean,
): number {
  let end = start;
  while (end < lines.length && belongs(lines[end]!)) end++;
  return end;
}

function isContext(line: string): boolean {
  return line[0] === " ";
}
