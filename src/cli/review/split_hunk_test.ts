import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Hunk } from "../../control/service/merge.ts";
import { splitHunk } from "./split_hunk.ts";

function hunk(oldStart: number, newStart: number, text: string): Hunk {
  return { oldStart, newStart, lines: text.split("|").map((line) => `${line}\n`) };
}

Deno.test("a hunk is split into its changes, the lines between two belong to both", () => {
  assert.deepEqual(splitHunk(hunk(4, 7, " a|-b|+B| c| d|+e|+f| g|-h")), [
    hunk(4, 7, " a|-b|+B| c| d"),
    hunk(6, 9, " c| d|+e|+f| g"),
    hunk(8, 13, " g|-h"),
  ]);
});

Deno.test("a hunk with one change is itself, one without changes is nothing", () => {
  for (const whole of [hunk(1, 1, "-a|-b|+c"), hunk(1, 1, " x|+a"), hunk(0, 1, "+a")]) {
    assert.deepEqual(splitHunk(whole), [whole]);
  }
  assert.deepEqual(splitHunk(hunk(1, 1, " a| b")), []);
});

Deno.test("the pieces say where they are, and have every change once", () => {
  const line = fc.constantFrom(" ", "+", "-").map((sign) => `${sign}x\n`);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const numbered = lines.map((line, i) => `${line[0]}${i}\n`);
      const pieces = splitHunk({ oldStart: 5, newStart: 5, lines: numbered });
      const changes = (all: readonly string[]) => all.filter((line) => line[0] !== " ");
      assert.deepEqual(pieces.flatMap(({ lines }) => changes(lines)), changes(numbered));
      for (const piece of pieces) {
        const at = numbered.indexOf(piece.lines[0]!);
        const count = (without: string) =>
          numbered.slice(0, at).filter((line) => line[0] !== without).length;
        assert.deepEqual([piece.oldStart, piece.newStart], [5 + count("+"), 5 + count("-")]);
        assert.deepEqual(piece.lines, numbered.slice(at, at + piece.lines.length));
      }
    }),
  );
});
