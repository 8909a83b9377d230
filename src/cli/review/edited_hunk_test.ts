import assert from "node:assert/strict";
import type { Hunk } from "../../control/service/merge.ts";
import { editedHunk, hunkToEdit } from "./edited_hunk.ts";

const HUNK: Hunk = {
  oldStart: 3,
  newStart: 3,
  lines: [" a\n", "-b\r\n", "+\xff#\n", " \n", " # d\n", "-end", "+end\n"],
};
const FILE = hunkToEdit(HUNK);

/** The lines after an edit of the file. */
function linesAfter(edit: (file: string) => string) {
  const edited = editedHunk(HUNK, edit(FILE));
  return typeof edited === "string" || edited === null ? edited : edited.lines;
}

Deno.test("a hunk that was not edited is the same", () => {
  assert.deepEqual(editedHunk(HUNK, FILE), HUNK);
  assert.match(FILE, /^@@ -3,5 \+3,5 @@\n a\n-b\r\n/);
  assert.match(FILE, /\n-end\n\\ No newline at end of file\n\+end\n#/);
});

const EDITS: readonly [name: string, edit: (file: string) => string, after: unknown][] = [
  ["a line that stays in", (f) => f.replace("-b", " b"), [
    " a\n",
    " b\r\n",
    ...HUNK.lines.slice(2),
  ]],
  ["a line that is left out", (f) => f.replace("+\xff#\n", ""), [
    " a\n",
    "-b\r\n",
    ...HUNK.lines.slice(3),
  ]],
  ["another text, and more", (f) => f.replace("+\xff#", "+x\n+y"), [
    " a\n",
    "-b\r\n",
    "+x\n",
    "+y\n",
    ...HUNK.lines.slice(3),
  ]],
  ["an editor that takes blanks away", (f) => f.replace("\n \n", "\n\n"), HUNK.lines],
  ["an end that stays as it was", (f) => f.replace("-end", " end").replace("+end\n", ""), [
    ...HUNK.lines.slice(0, 5),
    " end",
  ]],
  ["all lines away", () => "# nothing\n", null],
  ["an empty file", () => "", null],
  ["a line that was not there", (f) => f.replace(" a\n", " A\n"), "does not fit"],
  ["a line that was there is gone", (f) => f.replace(" a\n", ""), "does not fit"],
  ["a line without a sign", (f) => f.replace(" a\n", "a\n"), "no hunk"],
  ["a mark that belongs to nothing", () => "\\ No newline at end of file\n", "no hunk"],
];

for (const [name, edit, after] of EDITS) {
  Deno.test(`a hunk that was edited: ${name}`, () => assert.deepEqual(linesAfter(edit), after));
}

Deno.test("only the last line of a text can be made to have no end", () => {
  const hunk: Hunk = { oldStart: 1, newStart: 1, lines: ["-a\n", "+b\n", " c\n"] };
  const open = "-a\n+b\n\\ No newline at end of file\n c\n";
  assert.equal(editedHunk(hunk, open), "does not fit");
  assert.equal(editedHunk(hunk, "-a\n+b\n c\n\\ No newline at end of file\n"), "does not fit");
});
