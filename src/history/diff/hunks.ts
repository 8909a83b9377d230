/**
 * What differs between two texts, in pieces that can be taken one by one.
 *
 * @module
 */

import { structuredPatch } from "diff";
import { type Hunk, hunkHeader } from "./hunk.ts";
import { splitLines } from "./text.ts";

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
