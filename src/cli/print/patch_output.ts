/**
 * Patches as git colours them.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { textOfBytes } from "../../../ffi/binary_string.ts";
import { coloured, onTerminal, safe, type Style, style } from "./output.ts";

/**
 * A patch (bytes) to be shown: on a terminal without what could write over other text, elsewhere as it is. Ends with a line
 * feed unless it is empty.
 */
export function shownPatch(patch: Uint8Array): Uint8Array {
  if (!onTerminal() && !coloured()) return patch;
  let isHunk = false;
  const lines = Buffer.from(patch).toString("latin1").split("\n").map((line) => {
    if (line.startsWith("diff --git ")) isHunk = false;
    else if (line.startsWith("@@")) isHunk = true;
    return onTerminal()
      ? Buffer.from(shownLine(line, isHunk)).toString("latin1")
      : colouredLine(line, line, isHunk);
  });
  return Buffer.from(lines.join("\n"), "latin1");
}

/** A line of a patch (binary string) as text for a terminal; in a hunk, or before the first. */
export function shownLine(line: string, isHunk: boolean): string {
  const text = textOfBytes(Uint8Array.from(line, (c) => c.charCodeAt(0)));
  return colouredLine(line, text.split("\t").map(safe).join("\t").replace(/\\x0d$/, "^M"), isHunk);
}

function colouredLine(line: string, shown: string, isHunk: boolean): string {
  if (!isHunk) return style(shown, ...(line === "" ? [] : ["bold" as const]));
  const range = /^@@ .*? @@/.exec(shown)?.[0];
  if (range !== undefined) return style(range, "cyan") + shown.slice(range.length);
  return style(shown, ...(STYLES[line[0] ?? ""] ?? []));
}

const STYLES: Readonly<Record<string, readonly Style[]>> = { "+": ["green"], "-": ["red"] };
