import assert from "node:assert/strict";
import { DistinctPaths } from "./distinct_paths.ts";
import type { Part } from "./part.ts";
import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "./path_hash.ts";

/** A part with these events: of which group, about which path. */
function add(paths: DistinctPaths, events: readonly (readonly [number, string])[]): void {
  const names = [...new Set(events.map(([, path]) => path))];
  const places = new Map(names.map((name, i) => [name, i]));
  const part = {
    actor: Uint16Array.from(events, ([group]) => group),
    path: Uint32Array.from(events, ([, path]) => places.get(path)!),
    pathHash: Uint32Array.from(names, (name) => hashOn(EMPTY_HASH, name)),
    pathHash2: Uint32Array.from(names, (name) => hashOn2(EMPTY_HASH2, name)),
  } as Part;
  const rows = new Uint8Array(events.length).fill(1);
  paths.add(part, rows, Int32Array.from({ length: 8 }, (_, i) => i));
}

Deno.test("few paths are counted exactly, each once, whatever other groups have", () => {
  const paths = new DistinctPaths();
  for (let part = 0; part < 8; part++) {
    const events: [number, string][] = [];
    for (let i = 0; i < 4_000; i++) {
      events.push([0, `/m/src/file${part * 1_500 + i}`]);
      events.push([2, `/m/src/file${i % 200}`], [0, `/m/src/file${i}`]);
      if (part === 3) events.push([part, `/m/file${i % 50}`]);
    }
    add(paths, events);
  }
  assert.deepEqual([0, 1, 2, 3].map((group) => paths.count(group)), [14_500, 0, 200, 50]);
  assert.ok([0, 1, 2, 3].every((group) => paths.isExact(group)));
});

Deno.test("very many are told to within a few percent", () => {
  const paths = new DistinctPaths();
  const step = 10_000;
  for (let from = 0; from < 500_000; from += step) {
    add(paths, Array.from({ length: step }, (_, i) => [1, `/m/d${i % 100}/f${from + i}`]));
    add(paths, Array.from({ length: step }, (_, i) => [1, `/m/d${i % 100}/f${from + i}`]));
  }
  assert.ok(!paths.isExact(1));
  assert.ok(Math.abs(paths.count(1) / 500_000 - 1) < 0.04, String(paths.count(1)));
});
