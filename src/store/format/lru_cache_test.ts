import assert from "node:assert/strict";
import { ENTRY_BYTES, LruCache } from "./lru_cache.ts";

Deno.test("what was used least recently goes first, and nothing heavy displaces everything", () => {
  const cache = new LruCache<string, number>(8 * (ENTRY_BYTES + 10), (weight) => weight);
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

Deno.test("small values do not fill the memory with what surrounds them", () => {
  const cache = new LruCache<number, Uint8Array>(64 * 1024, (bytes) => bytes.length);
  for (let i = 0; i < 10_000; i++) cache.add(i, new Uint8Array(1));
  assert.equal(cache.size, Math.floor(64 * 1024 / (ENTRY_BYTES + 1)));
  assert.ok(cache.bytes <= 64 * 1024);
});

Deno.test("of small values there are not more than was said", () => {
  const cache = new LruCache<number, number>(64 * 1024, () => 1, 3);
  for (let i = 0; i < 10; i++) cache.add(i, i);
  assert.deepEqual([6, 7, 8, 9].map((key) => cache.get(key)), [undefined, 7, 8, 9]);
  assert.equal(cache.size, 3);
  assert.equal(cache.bytes, 3 * (ENTRY_BYTES + 1));
});
