import assert from "node:assert/strict";
import { DistinctPaths } from "./distinct_paths.ts";
import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "./path_hash.ts";

function add(paths: DistinctPaths, group: number, path: string): void {
  paths.add(group, hashOn(EMPTY_HASH, path), hashOn2(EMPTY_HASH2, path));
}

Deno.test("few paths are counted exactly, each once, whatever other groups have", () => {
  const paths = new DistinctPaths();
  for (let i = 0; i < 16_000; i++) {
    add(paths, 0, `/m/src/file${i}`);
    if (i % 3 === 0) add(paths, 2, `/m/src/file${i % 600}`);
    add(paths, 0, `/m/src/file${i >> 1}`);
  }
  assert.deepEqual([0, 1, 2].map((group) => paths.count(group)), [16_000, 0, 200]);
  assert.ok(paths.isExact(0));
});

Deno.test("very many are told to within a few percent", () => {
  const paths = new DistinctPaths();
  for (let i = 0; i < 500_000; i++) add(paths, 1, `/m/d${i % 1000}/f${i}`);
  for (let i = 0; i < 500_000; i += 7) add(paths, 1, `/m/d${i % 1000}/f${i}`);
  assert.ok(!paths.isExact(1));
  assert.ok(Math.abs(paths.count(1) / 500_000 - 1) < 0.04, String(paths.count(1)));
});
