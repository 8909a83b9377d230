import assert from "node:assert/strict";
import { mergeJson } from "./merge_json.ts";

Deno.test("what each side changed is in the result, deletions too", () => {
  const base = { kept: 1, gone: 2, alsoGone: 3, list: [1], nested: { a: 1, b: 1, c: 1 } };
  const ours = { kept: 1, alsoGone: 3, list: [1, 2], nested: { a: 2, b: 1, c: 5 }, mine: true };
  const theirs = { kept: 1, gone: 2, list: [1], nested: { c: 7, b: 3, a: 1 }, yours: null };
  const merged = { kept: 1, list: [1, 2], nested: { a: 2, b: 3, c: 5 }, mine: true, yours: null };
  assert.deepEqual(mergeJson(base, ours, theirs), merged);
});

Deno.test("without a common past nothing of either side is dropped", () => {
  assert.deepEqual(mergeJson(undefined, { a: 1, x: { y: 1 } }, { b: 2, x: { z: 2 } }), {
    a: 1,
    b: 2,
    x: { y: 1, z: 2 },
  });
  assert.deepEqual(mergeJson(undefined, undefined, { b: 2 }), { b: 2 });
  assert.deepEqual(mergeJson(undefined, { b: 2 }, undefined), { b: 2 });
  assert.equal(mergeJson({ a: 1 }, undefined, { a: 1 }), undefined);
});

Deno.test("keys with a meaning of their own are keys", () => {
  const text = '{"__proto__":{"a":1},"constructor":2}';
  assert.equal(JSON.stringify(mergeJson({}, JSON.parse(text), {})), text);
});
