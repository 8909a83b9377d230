import assert from "node:assert/strict";
import { ratio, summary } from "./statistics.ts";

Deno.test("the median is the middle value, or the mean of the two in the middle", () => {
  assert.equal(summary([9, 1, 5]).median, 5);
  assert.equal(summary([4, 1, 2, 100]).median, 3);
  assert.deepEqual([summary([3, 1, 2]).min, summary([3, 1, 2]).max], [1, 3]);
  assert.throws(() => summary([]), RangeError);
});

Deno.test("a ratio is that of pairs that were measured together", () => {
  const { median, min, max } = ratio(summary([1, 2, 4]), summary([3, 4, 6]));
  assert.deepEqual([median, min, max], [2, 1.5, 3]);
  assert.equal(ratio(summary([1, 10, 100]), summary([2, 30, 200])).median, 2);
});
