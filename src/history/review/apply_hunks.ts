/**
 * A text with some of the hunks of a difference put in.
 *
 * @module
 */

import { HistoryError } from "../commits/history_error.ts";
import type { Hunk } from "../diff/hunk.ts";
import { splitLines } from "../diff/text.ts";

/**
 * `text` with the changes of `hunks`, which are all relative to it, in any order. What is around their changes may be part of
 * several. Throws {@linkcode HistoryError} `bad_hunk` where the text is not as a hunk says, or two change the same lines.
 */
export function applyHunks(text: string, hunks: readonly Hunk[]): string {
  const old = splitLines(text);
  const result: string[] = [];
  let at = 0;
  const changes = hunks.map((hunk) => changeOf(old, hunk));
  changes.sort((a, b) => a.start - b.start || a.end - b.end);
  for (const { start, end, lines } of changes) {
    if (start < at) throw badHunk(`line ${start + 1} is changed twice`);
    // One by one: the arguments of a call are limited.
    for (; at < start; at++) result.push(old[at]!);
    for (const line of lines) result.push(line);
    at = end;
  }
  for (; at < old.length; at++) result.push(old[at]!);
  const open = result.findIndex((line) => !line.endsWith("\n"));
  if (open >= 0 && open < result.length - 1) throw badHunk(`line ${open + 1} does not end`);
  return result.join("");
}

/** What a hunk puts in the place of which lines (from 0), without the lines around that it leaves. */
function changeOf(
  old: readonly string[],
  { oldStart, lines }: Hunk,
): { start: number; end: number; lines: string[] } {
  const before = lines.filter((line) => line[0] !== "+").map((line) => line.slice(1));
  const after = lines.filter((line) => line[0] !== "-").map((line) => line.slice(1));
  const first = oldStart - 1;
  if (before.some((line, i) => old[first + i] !== line) || !(first >= 0 && first <= old.length)) {
    throw badHunk(`the text is another at line ${oldStart}`);
  }
  const isChange = (line: string) => line[0] !== " ";
  const head = lines.findIndex(isChange);
  const tail = lines.length - 1 - lines.findLastIndex(isChange);
  if (head < 0) return { start: first, end: first, lines: [] };
  return {
    start: first + head,
    end: first + before.length - tail,
    lines: after.slice(head, after.length - tail),
  };
}

function badHunk(why: string): HistoryError {
  return new HistoryError("bad_hunk", `A hunk cannot be put in: ${why}`);
}
