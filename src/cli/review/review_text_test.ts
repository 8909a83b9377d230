import assert from "node:assert/strict";
import type { ReviewItem } from "../../control/service/merge.ts";
import { setColour } from "../print/output.ts";
import { Review } from "./review.ts";
import { helpLines, itemLine, listLines, prompt, questionLines } from "./review_text.ts";

type Change = Partial<ReviewItem["change"]>;

function item(change: Change, rest: Partial<ReviewItem> = {}): ReviewItem {
  const whole = { status: "M" as const, path: "f", kind: "file", ...change };
  return { change: whole, paths: 1, hunks: null, divisible: false, ...rest };
}

/** The lines of the first question about an item, without colours. */
function shown(of: ReviewItem, isAll = false): string[] {
  setColour("never");
  const [question] = new Review([of]).questions;
  return questionLines(of, question!, isAll);
}

const EXECUTABLE = { oldMode: "100644", mode: "100755" };

/** What is asked about, what is shown of it, and the question. */
const CASES: readonly [what: string, item: ReviewItem, lines: string[], question: string][] = [
  [
    "a binary file",
    item({ details: ["content"], oldSize: 1, size: 2048 }),
    ["no text, 1 B → 2.0 KiB"],
    "Take this change",
  ],
  ["an empty file", item({ status: "A", oldSize: 0, size: 0 }), ["empty"], "Take this new file"],
  [
    "a mode",
    item({ details: ["mode"] }, EXECUTABLE),
    ["mode changed from 100644 to 100755"],
    "Take this change",
  ],
  [
    "a directory",
    item({ status: "D", kind: "directory" }),
    ["taken or left as a whole"],
    "Take the deletion of this directory",
  ],
  [
    "a repository",
    item({ path: "a/.git", kind: "directory" }, { paths: 9 }),
    ["what git keeps, with its commits: taken or left as a whole"],
    "Take this change",
  ],
  [
    "lines that could write over others",
    item({ details: ["content"] }, {
      divisible: true,
      hunks: [{ oldStart: 1, newStart: 1, lines: ["-a\x1b[2J\r\n", "+gr\xc3\xbcn\t\xff"] }],
    }),
    ["@@ -1 +1 @@", "-a\\x1b[2J^M", "+grün\t\\xff", "\\ No newline at end of file"],
    "Take this hunk",
  ],
];

for (const [what, of, lines, question] of CASES) {
  Deno.test(`a review shows ${what}`, () => {
    assert.deepEqual(shown(of), lines);
    assert.ok(prompt(new Review([of])).includes(`(1/1) ${question} [`), prompt(new Review([of])));
  });
}

Deno.test("of much that is taken as a whole the beginning is shown, and all of it if asked for", () => {
  const lines = Array.from({ length: 50 }, (_, i) => `+${i}\n`);
  const big = item({ status: "A" }, { hunks: [{ oldStart: 1, newStart: 1, lines }] });
  assert.equal(shown(big).at(-1), "… 31 more lines; p shows them all");
  assert.equal(shown(big, true).length, 51);
});

Deno.test("the list tells what was decided, with the beginning of each hunk", () => {
  setColour("never");
  const hunk = (at: number, line: string) => ({
    oldStart: at,
    newStart: at,
    lines: [`+${line}\n`],
  });
  const long = `${"\xc3\xbc".repeat(40)}`;
  const review = new Review([
    item({ path: "a\nb", details: ["content"] }, {
      divisible: true,
      hunks: [hunk(1, "x"), hunk(9, long)],
    }),
    item({ path: "c", status: "A" }),
  ]);
  review.answer("y");
  review.answer("n");
  assert.deepEqual(listLines(review), [
    "+ 1: a\\x0ab  +x",
    `- 2: a\\x0ab  +${"ü".repeat(35)}`,
    "  3: c",
  ]);
  assert.match(itemLine(review.items[0]!), /^M a\\x0ab/);
  assert.equal(helpLines(review.keys).length, review.keys.length);
});
