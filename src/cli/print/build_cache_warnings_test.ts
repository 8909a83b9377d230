import assert from "node:assert/strict";
import { buildCacheWarnings } from "./build_cache_warnings.ts";

Deno.test("places outside the project and its mount are warned of", () => {
  const set = [
    { name: "CARGO_TARGET_DIR", place: "/home/u/target" },
    { name: "GOCACHE", place: "/state/mount/cache" },
    { name: "PYTHONPYCACHEPREFIX", place: "/work/project-2" },
  ];
  const warnings = buildCacheWarnings(set, ["/state/mount", "/work/project"]);
  assert.deepEqual(warnings.map(({ message }) => /\((.*)\)/.exec(message)![1]), [
    "CARGO_TARGET_DIR",
    "PYTHONPYCACHEPREFIX",
  ]);
});
