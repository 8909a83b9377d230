import assert from "node:assert/strict";
import process from "node:process";
import * as fc from "fast-check";
import { joinRegions } from "./conflict_lines.ts";
import { GitFixture, hasGit } from "../testing/git_fixture.ts";
import { lineAnchors } from "./line_anchors.ts";
import { mergeLines } from "./merge_lines.ts";
import type { MergeStrategy } from "../merge_types.ts";
import { splitLines } from "./text.ts";

const LABELS = { ours: "ours", theirs: "theirs" };

function merged(base: string, ours: string, theirs: string, strategy: MergeStrategy): string {
  const [b, o, t] = [base, ours, theirs].map(splitLines);
  return joinRegions(mergeLines(b!, o!, t!), strategy, LABELS);
}

/** One line of a text: kept, changed, dropped, or with another after it. */
const change = fc.constantFrom("keep", "keep", "keep", "keep", "change", "drop", "insert", "same");

function changedText(count: number, changes: readonly string[], who: string): string {
  return Array.from({ length: count }, (_, i) => {
    switch (changes[i]) {
      case "change":
        return `${who} ${i}\n`;
      case "same":
        return `both ${i}\n`;
      case "drop":
        return "";
      case "insert":
        return `line ${i}\n${who} after ${i}\n`;
      default:
        return `line ${i}\n`;
    }
  }).join("");
}

const texts = fc.tuple(
  fc.array(change, { maxLength: 14, size: "max" }),
  fc.array(change, { maxLength: 14, size: "max" }),
  fc.constantFrom("", "\n", "\n"),
).map(([mine, other, end]) => {
  const count = Math.max(mine.length, other.length);
  const cutEnd = (text: string) => end === "" ? text.replace(/\n$/, "") : text;
  return {
    base: cutEnd(changedText(count, [], "")),
    ours: cutEnd(changedText(count, mine, "ours")),
    theirs: cutEnd(changedText(count, other, "theirs")),
  };
});

const FLAGS: Partial<Record<MergeStrategy, string[]>> = {
  ours: ["--ours"],
  theirs: ["--theirs"],
  markers: ["--diff3"],
};

Deno.test({
  name: "lines are merged, and conflicts settled and marked, as git merge-file does it",
  ignore: !hasGit(),
  fn() {
    const git = new GitFixture();
    try {
      fc.assert(
        fc.property(texts, fc.constantFrom(...Object.keys(FLAGS)), (texts, name) => {
          const strategy = name as MergeStrategy;
          const { base, ours, theirs } = texts;
          const expected = git.mergeFile(base, ours, theirs, FLAGS[strategy]!);
          assert.equal(merged(base, ours, theirs, strategy), expected);
        }),
        { numRuns: 250, verbose: 1 },
      );
    } finally {
      git.remove();
    }
  },
});

/** Three long texts; theirs has a line more than ours that the merge keeps. */
function longTexts(count: number): [base: string[], ours: string[], theirs: string[]] {
  const lines = Array.from({ length: count }, (_, i) => i % 3 === 0 ? "}\n" : `line ${i}\n`);
  const ours = [...lines];
  const theirs = [...lines];
  for (let i = 100; i < count; i += 1000) {
    ours[i] = `ours ${i}\n`;
    theirs[i + 500] = `theirs ${i}\n`;
  }
  ours.splice(700, 3);
  theirs.splice(count * 3 / 4, 0, "new\n", "}\n");
  return [lines, ours, theirs];
}

Deno.test("long texts are merged as short ones are", () => {
  const count = 200_000;
  const regions = mergeLines(...longTexts(count));
  assert.ok(regions.every((region) => "clean" in region));
  const result = joinRegions(regions, "conflict", LABELS);
  for (const changed of ["ours 100\n", "theirs 199100\n", "new\n}\n"]) {
    assert.ok(result.includes(changed));
  }
  assert.equal(splitLines(result).length, count - 1);
});

Deno.test("the time of a merge follows the length of the texts", () => {
  const times = 8;
  const short = longTexts(25_000);
  const long = longTexts(times * 25_000);
  mergeLines(...short); // warms up
  // Of the processor, so that other programs do not count.
  const took = (texts: ReturnType<typeof longTexts>) => {
    const before = process.cpuUsage();
    mergeLines(...texts);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const ratio = took(long) / took(short);
  // Were each line compared with each, it would be the square.
  assert.ok(ratio < times * times / 2, `${times} times the lines take ${ratio} times as long`);
});

Deno.test("a long text without any line that occurs once is a conflict as a whole", () => {
  const lines = (last: string) => [...Array.from({ length: 12_000 }, (_, i) => `${i % 2}\n`), last];
  const [base, ours, theirs] = [lines("a"), ["x", ...lines("b")], ["y", ...lines("c")]];
  const regions = mergeLines(base, ours, theirs);
  assert.deepEqual(regions, [{ base, ours, theirs }]);
});

Deno.test("a last line without its end is one with another content, and markers stand on their own", () => {
  assert.equal(merged("a", "b", "c", "markers"), MARKED_WITHOUT_END);
  assert.equal(
    merged("a\r\n", "b\r\n", "c\r\n", "markers"),
    MARKED_WITHOUT_END.replaceAll("\n", "\r\n"),
  );
  assert.equal(merged("a", "b", "c", "union"), "b\nc");
  assert.equal(merged("x\nm\na", "x\nm\na\n", "y\nz\nm\na", "conflict"), "y\nz\nm\na\n");
});

const MARKED_WITHOUT_END = "<<<<<<< ours\nb\n||||||| base\na\n=======\nc\n>>>>>>> theirs\n";

Deno.test("a union has the lines of both sides, ours first, and what they share once", () => {
  assert.equal(merged("", "a\nb\nc\n", "a\nx\nc\n", "union"), "a\nb\nx\nc\n");
  assert.equal(merged("0\n1\n2\n", "0\nours\n2\n", "0\n2\n", "union"), "0\nours\n2\n");
});

Deno.test("anchors are lines that occur once, in one order", () => {
  assert.deepEqual(lineAnchors([1, 2, 3, 4, 9, 9], [3, 1, 2, 4, 9], [1, 7, 2, 3, 4, 9]), [
    [0, 1, 0],
    [1, 2, 2],
    [3, 3, 4],
  ]);
});
