import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import type { Hunk } from "../diff/hunk.ts";
import { hunkText, textHunks } from "../diff/hunks.ts";
import { applyHunks } from "./apply_hunks.ts";

const line = fc.constantFrom(
  "a\n",
  "b\n",
  "\n",
  "c\r\n",
  "\f\n",
  "\xff\x85\n",
  "d\n",
  "-e\n",
  "+\n",
);

/** Two texts, of which the second is what a few edits made of the first. */
const texts = fc.tuple(
  fc.array(line, { maxLength: 60, size: "max" }),
  fc.array(fc.tuple(fc.nat(60), fc.nat(2), fc.array(line, { maxLength: 2 })), { maxLength: 6 }),
  fc.constantFrom("", "last"),
  fc.constantFrom("", "last", "end"),
).map(([lines, edits, end, newEnd]) => {
  const changed = [...lines];
  for (const [at, count, made] of edits) changed.splice(at % (changed.length + 1), count, ...made);
  return [lines.join("") + end, changed.join("") + newEnd] as const;
});

/** What `git apply` makes of the text. */
function gitApply(text: string, hunks: readonly Hunk[]): string {
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-hunks-" });
  try {
    Deno.writeFileSync(`${directory}/f`, Buffer.from(text, "latin1"));
    let moved = 0;
    const body = hunks.map((hunk) => {
      const shown = hunkText({ ...hunk, newStart: hunk.oldStart + moved });
      for (const line of hunk.lines) moved += line[0] === "+" ? 1 : line[0] === "-" ? -1 : 0;
      return shown;
    });
    const patch = `--- a/f\n+++ b/f\n${body.join("")}`;
    Deno.writeFileSync(`${directory}/p`, Buffer.from(patch, "latin1"));
    const args = ["apply", "--whitespace=nowarn", "--unidiff-zero", "p"];
    const { success, stderr } = new Deno.Command("git", { args, cwd: directory }).outputSync();
    assert.ok(success, `${new TextDecoder().decode(stderr)}${patch}`);
    return Buffer.from(Deno.readFileSync(`${directory}/f`)).toString("latin1");
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("all hunks make the new text, none leave the old one", () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(0, 1, 3), ([before, after], context) => {
      const hunks = textHunks(before, after, context);
      assert.equal(applyHunks(before, hunks), after);
      assert.equal(applyHunks(before, hunks.toReversed()), after);
      assert.equal(applyHunks(before, []), before);
    }),
    { numRuns: 500 },
  );
});

Deno.test("some hunks make what git apply makes of them", () => {
  let compared = 0;
  fc.assert(
    fc.property(texts, fc.infiniteStream(fc.boolean()), ([before, after], chosen) => {
      const hunks = textHunks(before, after, 1).filter(() => chosen.next().value);
      // git takes a patch without changes for damaged, and an empty file for one that is not there.
      if (hunks.length === 0 || before === "") return;
      const result = applyHunks(before, hunks);
      if (result === "") return;
      assert.equal(result, gitApply(before, hunks));
      compared++;
    }),
    { numRuns: 60 },
  );
  assert.ok(compared > 15, `${compared} compared`);
});

Deno.test("hunks that touch, and such that have the lines around their changes in common", () => {
  const hunk = (oldStart: number, ...lines: string[]) => ({ oldStart, newStart: oldStart, lines });
  const text = "1\n2\n3\n4\n";
  const first = hunk(1, "-1\n", "+one\n", " 2\n", " 3\n");
  const second = hunk(2, " 2\n", " 3\n", "-4\n", "+four\n");
  assert.equal(applyHunks(text, [first, second]), "one\n2\n3\nfour\n");
  assert.equal(applyHunks(text, [second]), "1\n2\n3\nfour\n");
  assert.equal(applyHunks(text, [hunk(1, "-1\n"), hunk(2, "-2\n", "+two\n")]), "two\n3\n4\n");
  assert.equal(applyHunks("", [hunk(1, "+new\n")]), "new\n");
  assert.equal(applyHunks(text, [hunk(1, " 1\n", " 2\n")]), text);
});

Deno.test("hunks that do not fit are refused", () => {
  const refused = (text: string, ...hunks: Hunk[]) =>
    assert.throws(() => applyHunks(text, hunks), { code: "bad_hunk" });
  const hunk = (oldStart: number, ...lines: string[]) => ({ oldStart, newStart: oldStart, lines });
  refused("1\n2\n", hunk(1, "-2\n"));
  refused("1\n2\n", hunk(3, "-3\n"));
  refused("1\n2\n", hunk(9, "+3\n"));
  refused("1\n2\n", hunk(0, "+3\n"));
  refused("1\n2\n", hunk(1, "-1\n"), hunk(1, "-1\n", "+x\n"));
  refused("1\n2\n", hunk(1, "-1\n", "+not the last line, and without an end"));
});
