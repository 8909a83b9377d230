/**
 * A review in words: what is asked about, the question, the keys.
 *
 * @module
 */

import { hunkHeader } from "../../control/hunk_header.ts";
import type { Hunk, ReviewItem } from "../../control/service/merge.ts";
import { byteSize, changeLine } from "../print/format.ts";
import { safe, style } from "../print/output.ts";
import { shownLine } from "../print/patch_output.ts";
import type { Question } from "./question.ts";
import { firstChange, type Review } from "./review.ts";

/** Lines that are shown at once, of a hunk and of what is taken as a whole; the pager shows all. */
const SHOWN_LINES = { hunk: 100, attributes: 1, whole: 20 };
const NO_NEWLINE = "\\ No newline at end of file";
/** Bytes of a line in a list. */
const LISTED = 72;

/** What the item is, in one line. */
export function itemLine({ change, paths }: ReviewItem): string {
  const more = paths > 1 ? style(`  (${paths} paths)`, "dim") : "";
  return style(changeLine(change), "bold") + more;
}

/** What is asked about, all of it or as much as is read at once. */
export function questionLines(item: ReviewItem, question: Question, isAll: boolean): string[] {
  if (question.what === "attributes") return [attributesLine(item)];
  if (question.hunks.length === 0) return [wholeLine(item)];
  const lines = question.hunks.flatMap(hunkLines);
  if (question.what === "whole" && modesDiffer(item)) lines.unshift(attributesLine(item));
  const most = SHOWN_LINES[question.what];
  if (isAll || lines.length <= most) return lines;
  const left = lines.length - most;
  return [
    ...lines.slice(0, most),
    style(`… ${left} more lines; p shows them all`, "dim"),
  ];
}

/** `(2/7) Take this hunk [y,n,q,a,d,s,e,p,?]? `. */
export function prompt(review: Review): string {
  const { current, items, number, questions, keys } = review;
  const taken = current.taken === null ? "" : current.taken ? " (taken)" : " (left)";
  const what = subject(items[current.item]!, current);
  return style(`(${number}/${questions.length}) Take ${what}${taken} [${keys}]? `, "bold", "blue");
}

/** All there is, by number: what was decided, where it is, how it begins. */
export function listLines({ items, questions, number }: Review): string[] {
  return questions.map((question, i) => {
    const item = items[question.item]!;
    const mark = question.taken === null ? " " : question.taken ? "+" : "-";
    const begins = question.what === "hunk"
      ? shownLine(beginning(firstChange(question.hunks[0]!)), true)
      : "";
    const line = `${mark} ${i + 1}: ${safe(item.change.path)}`;
    const at = i + 1 === number ? style(line, "bold") : line;
    return begins === "" ? at : `${at}  ${begins}`;
  });
}

/** As much of a line (a binary string) as is listed, not cut in the middle of a character of UTF-8. */
function beginning(line: string): string {
  let end = Math.min(line.length, LISTED);
  while (end < line.length && end > 0 && (line.charCodeAt(end) & 0xc0) === 0x80) end--;
  return line.slice(0, end);
}

/** The keys that can be typed now. */
export function helpLines(keys: readonly string[]): string[] {
  return keys.flatMap((key) => HELP[key] === undefined ? [] : [`${key} - ${HELP[key]}`])
    .map((line) => style(line, "red"));
}

const HELP: Readonly<Record<string, string>> = {
  y: "take this",
  n: "leave it in the branch",
  q: "leave this and everything that is not decided",
  a: "take this and all that comes after it in the file",
  d: "leave this and all that comes after it in the file",
  A: "take everything that is not decided",
  k: "decide later, go back to what is not decided",
  K: "decide later, go back by one",
  j: "decide later, go on to what is not decided",
  J: "decide later, go on by one",
  g: "list everything and go to a number",
  "/": "search for a regular expression",
  s: "split the hunk into smaller ones",
  e: "edit the hunk in $EDITOR and take it as it is then",
  p: "show this in the pager",
  "?": "show this help",
};

function subject({ change: { status, kind } }: ReviewItem, { what }: Question): string {
  if (what === "hunk") return "this hunk";
  if (what === "attributes") return "this change of attributes";
  if (status === "A") return `this new ${kind}`;
  if (status === "D") return `the deletion of this ${kind}`;
  return "this change";
}

function hunkLines(hunk: Hunk): string[] {
  const lines = hunk.lines.flatMap((line) => {
    if (line.endsWith("\n")) return [shownLine(line.slice(0, -1), true)];
    return [shownLine(line, true), NO_NEWLINE];
  });
  return [style(hunkHeader(hunk), "cyan"), ...lines];
}

function attributesLine({ change: { details = [] }, oldMode, mode }: ReviewItem): string {
  const differ = details.filter((detail) => detail !== "content" && detail !== "target");
  const modes = oldMode === mode ? "" : ` from ${oldMode} to ${mode}`;
  return `${differ.join(", ")} changed${modes}`;
}

function modesDiffer({ change: { details = [] } }: ReviewItem): boolean {
  return details.some((detail) => detail !== "content" && detail !== "target");
}

function wholeLine(item: ReviewItem): string {
  const { change: { path, status, kind, oldSize = 0, size = 0, details = [] }, paths } = item;
  if (/(^|\/)\.git$/.test(path)) {
    return style("what git keeps, with its commits: taken or left as a whole", "dim");
  }
  if (kind === "directory" || paths > 1) return style("taken or left as a whole", "dim");
  if (kind === "file" && (status !== "M" || details.includes("content"))) {
    const sizes = [status === "A" ? null : oldSize, status === "D" ? null : size];
    const known = sizes.flatMap((bytes) => bytes === null ? [] : [byteSize(bytes)]);
    return `${oldSize + size === 0 ? "empty" : `no text, ${known.join(" → ")}`}`;
  }
  return modesDiffer(item) ? attributesLine(item) : style("taken or left as a whole", "dim");
}
