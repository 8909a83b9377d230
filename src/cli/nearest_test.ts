import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, nearest } from "./nearest.ts";

Deno.test("typos find their word", () => {
  const words = ["checkpoint", "rollback", "status", "stop", "log"];
  assert.equal(nearest("chekpoint", words), "checkpoint");
  assert.equal(nearest("statsu", words), "status");
  assert.equal(nearest("roll", words), "rollback");
  assert.equal(nearest("frobnicate", words), null);
});

Deno.test("editDistance is symmetric, zero only for equal words, and bounded by the longer word", () => {
  fc.assert(fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
    const distance = editDistance(a, b);
    assert.equal(distance, editDistance(b, a));
    assert.equal(distance === 0, a === b);
    assert.ok(distance <= Math.max(a.length, b.length));
  }));
});
