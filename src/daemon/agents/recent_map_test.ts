import assert from "node:assert/strict";
import { RecentMap } from "./recent_map.ts";

Deno.test("what was used longest ago goes first", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.get("a"), 1);
  map.set("c", 3);
  assert.equal(map.get("b"), undefined);
  assert.deepEqual([map.get("a"), map.get("c")], [1, 3]);
});
