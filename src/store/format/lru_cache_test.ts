import assert from "node:assert/strict";
import { LruCache } from "./lru_cache.ts";

Deno.test("what was used least recently goes first, and nothing heavy displaces everything", () => {
  const cache = new LruCache<string, number>(80, (weight) => weight);
  for (const key of "abcdefgh") cache.add(key, 10);
  assert.equal(cache.get("a"), 10);
  cache.add("i", 10);
  assert.equal(cache.get("b"), undefined);
  assert.equal(cache.get("a"), 10);
  cache.add("heavy", 11);
  assert.equal(cache.get("heavy"), undefined);
  cache.clear();
  assert.equal(cache.get("a"), undefined);
});
