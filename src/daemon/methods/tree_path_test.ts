import assert from "node:assert/strict";
import { ServiceError } from "../../control/service_error.ts";
import { treePathBy } from "./tree_path.ts";

/** As on Windows. */
const EITHER = /[\\/]/;

const PATHS: [path: string, expected: string, separator?: RegExp][] = [
  ["./src/a/", "src/a"],
  [".", ""],
  ["ä", "\xc3\xa4"],
  ["a\\b", "a\\b"],
  ["src\\deep/a", "src/deep/a", EITHER],
  [".\\src\\", "src", EITHER],
];
for (const [path, expected, separator = "/"] of PATHS) {
  Deno.test(`a tree names ${path} ${expected}${separator === EITHER ? " on Windows" : ""}`, () => {
    assert.equal(treePathBy(separator, path), expected);
  });
}

Deno.test("no path leads out of the project", () => {
  const refused = (error: unknown) => error instanceof ServiceError && error.code === "bad_path";
  assert.throws(() => treePathBy("/", "a/../../b"), refused);
  assert.throws(() => treePathBy(EITHER, "a\\..\\..\\b"), refused);
});
