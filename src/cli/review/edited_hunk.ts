/**
 * A hunk as a file that somebody edits.
 *
 * @module
 */

import type { Hunk } from "../../control/service/merge.ts";
import { hunkHeader } from "../../control/hunk_header.ts";

const NO_NEWLINE = "\\ No newline at end of file";

const GUIDE = `# To leave a line that goes (-) in: make its - a blank.
# To leave a line that comes (+) out: delete it. Its text can be changed, and lines can be added.
# Lines that begin with # do not count. Without any line the hunk stays as it was.
`;

/** The file, a binary string. */
export function hunkToEdit(hunk: Hunk): string {
  const lines = hunk.lines.map((line) => line.endsWith("\n") ? line : `${line}\n${NO_NEWLINE}\n`);
  return `${hunkHeader(hunk)}\n${lines.join("")}${GUIDE}`;
}

/** Why a file is no hunk of the text. */
export type EditProblem = "no hunk" | "does not fit";

/** What the file says after it was edited: null if nothing, so that the hunk stays as it was. */
export function editedHunk(hunk: Hunk, file: string): Hunk | EditProblem | null {
  const lines: string[] = [];
  for (const line of file.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.startsWith("#") || line.startsWith("@@")) continue;
    const ended = line.endsWith("\n") ? line : `${line}\n`;
    if (ended.startsWith("\\")) {
      if (lines.length === 0) return "no hunk";
      lines.push(lines.pop()!.replace(/\n$/, ""));
    } else if (/^[ +-]/.test(ended)) lines.push(ended);
    // Some editors take blanks at the end of lines away.
    else if (/^\r?\n$/.test(ended)) lines.push(` ${ended}`);
    else return "no hunk";
  }
  if (lines.length === 0) return null;
  const isFitting = oldSide(lines) === oldSide(hunk.lines) && endsRight(lines, hunk.lines);
  return isFitting ? { ...hunk, lines } : "does not fit";
}

/** What the lines are before the change. */
function oldSide(lines: readonly string[]): string {
  return lines.filter((line) => line[0] !== "+").map((line) => line.slice(1)).join("");
}

/** Only the last line of a file may have no line feed, and only where the hunk reaches it. */
function endsRight(lines: readonly string[], before: readonly string[]): boolean {
  const after = lines.filter((line) => line[0] !== "-");
  const open = after.findIndex((line) => !line.endsWith("\n"));
  if (open < 0) return true;
  return open === after.length - 1 && before.some((line) => !line.endsWith("\n"));
}
