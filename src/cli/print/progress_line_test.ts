import assert from "node:assert/strict";
import { progressText } from "./progress_line.ts";

const HALF = { phase: "reading packs", done: 1, total: 2, unit: "objects" } as const;

Deno.test("progress fits the terminal: with a bar where there is room, without where there is not", () => {
  assert.equal(
    progressText(HALF, 80),
    `reading packs:  50 %, 1 of 2 [${"#".repeat(20)}${" ".repeat(20)}]`,
  );
  assert.equal(progressText(HALF, 40), "reading packs:  50 %, 1 of 2 [####    ]");
  assert.equal(progressText(HALF, 30), "reading packs:  50 %, 1 of 2");
  assert.equal(progressText(HALF, 10), "reading pa");
  for (let columns = 1; columns < 120; columns++) {
    assert.ok(progressText(HALF, columns).length <= columns);
  }
});

Deno.test("where nobody knows how much there is, it says how much was done", () => {
  assert.equal(
    progressText({ ...HALF, total: 0, unit: "bytes", done: 2048 }, 80).split(":")[0],
    "reading packs",
  );
});
