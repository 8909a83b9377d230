import assert from "node:assert/strict";
import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "./path_hash.ts";
import { NONE } from "./part_layout.ts";
import { PathTable } from "./path_table.ts";

/** The path at a place, put together of the names. */
function pathAt(table: PathTable, place: number): string {
  const name = table.names[place]!;
  const parent = table.columns.parent[place]!;
  return parent === NONE ? name : `${pathAt(table, parent)}/${name}`;
}

Deno.test("each path has one place, behind that of its directory, and the hashes of all of it", () => {
  const table = new PathTable();
  const places = new Map<string, number>();
  const paths = [
    "/",
    "",
    "a",
    "/a",
    "//",
    "a/",
    "/a/b",
    "a/b",
    "/ab",
    "/a/bb/b",
    "relative/\xff\x00",
  ];
  // Enough for the table to grow several times; each directory is left and come back to.
  for (let i = 0; i < 6000; i++) paths.push(`/project/d${i % 7}/e${i % 91}/file ${i % 2900}`);
  for (const path of [...paths, ...paths.toReversed()]) {
    const place = table.of(path);
    assert.equal(places.get(path) ?? place, place, `${path} has two places`);
    places.set(path, place);
  }
  assert.equal(new Set(places.values()).size, places.size, "two paths have one place");
  const { pathHash, pathHash2, parent } = table.columns;
  assert.equal(pathHash.length, table.names.length);
  for (const [path, place] of places) {
    assert.equal(pathAt(table, place), path);
    assert.equal(pathHash[place], hashOn(EMPTY_HASH, path));
    assert.equal(pathHash2[place], hashOn2(EMPTY_HASH2, path));
    assert.ok(parent[place] === NONE || parent[place]! < place);
  }
});
