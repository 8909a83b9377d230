import assert from "node:assert/strict";
import { slope } from "./slope.ts";

Deno.test("the slope is that of the line through the points", () => {
  assert.equal(slope([[0, 5], [10, 25], [20, 45]]), 2);
  assert.equal(slope([[1, 7], [2, 7], [3, 7]]), 0);
  // Above and below alike: a single high value at the middle is no growth.
  assert.equal(slope([[0, 0], [1, 90], [2, 0]]), 0);
});
