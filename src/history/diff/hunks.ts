/**
 * What differs between two texts, in pieces that can be taken one by one.
 *
 * @module
 */

import { structuredPatch } from "diff";
import { splitLines } from "./text.ts";

/** Lines that differ, with those around them. */
export interface Hunk {
  /** First line in the old text, from 1; where it has none there, the line that it comes before. */
  readonly oldStart: number;
  /** The same in the new text. */
  readonly newStart: number;
  /** Binary strings: a blank, `-` or `+`, and the line with its line feed; only the last line of a text may have none. */
  readonly lines: readonly string[];
}

/** Files less alike than this many changed lines are shown as replaced, which is as right and takes no time. */
const EDITS_MAX = 5000;
const CONTEXT_LINES = 3;
const NO_NEWLINE = "\\ No newline at end of file";

/** The difference as hunks with `context` lines around, in the order of the lines. */
export function textHunks(oldText: string, newText: string, context = CONTEXT_LINES): Hunk[] {
  const patch = structuredPatch("", "", oldText, newText, "", "", {
    context,
    maxEditLength: EDITS_MAX,
  });
  if (patch === undefined) return [replacement(oldText, newText)];
  return patch.hunks.map(({ oldStart, newStart, lines }) => ({
    oldStart,
    newStart,
    lines: lines.flatMap((line, i) => {
      if (line.startsWith("\\")) return [];
      return [lines[i + 1]?.startsWith("\\") ? line : `${line}\n`];
    }),
  }));
}

/** A hunk as a patch has it. */
export function hunkText(hunk: Hunk): string {
  return `${hunkHeader(hunk)}\n${hunk.lines.map(lineText).join("")}`;
}

/** `@@ -1,3 +1,4 @@`. */
export function hunkHeader({ oldStart, newStart, lines }: Hunk): string {
  const count = (sign: string) =>
    lines.filter((line) => line[0] === " " || line[0] === sign).length;
  return `@@ -${range(oldStart, count("-"))} +${range(newStart, count("+"))} @@`;
}

/** How many lines hunks take out and put in. */
export function countLines(hunks: readonly Hunk[]): { added: number; deleted: number } {
  const counts = { added: 0, deleted: 0 };
  for (const { lines } of hunks) {
    for (const line of lines) {
      if (line[0] === "+") counts.added++;
      else if (line[0] === "-") counts.deleted++;
    }
  }
  return counts;
}

function lineText(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n${NO_NEWLINE}\n`;
}

/** One hunk that takes all lines out and puts all lines in. */
function replacement(oldText: string, newText: string): Hunk {
  const lines = [
    ...splitLines(oldText).map((line) => `-${line}`),
    ...splitLines(newText).map((line) => `+${line}`),
  ];
  return { oldStart: 1, newStart: 1, lines };
}

/** A range without lines is named by the line before it. */
function range(start: number, lines: number): string {
  return lines === 0 ? `${start - 1},0` : lines === 1 ? `${start}` : `${start},${lines}`;
}
