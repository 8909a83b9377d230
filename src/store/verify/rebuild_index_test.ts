import assert from "node:assert/strict";
import type { ObjectId } from "../format/object_id.ts";
import { rebuildIndex } from "./rebuild_index.ts";
import { Store } from "../store.ts";
import { StoreError } from "../format/store_error.ts";
import { indexPath, packPath } from "../files/store_paths.ts";
import { StoreWriter } from "../store_writer.ts";
import { fileEntry, hasher, noise, readFrom, withFolder } from "../testing/fixtures.ts";

/** A closed store and all of its objects. */
function prepared(directory: string): ObjectId[] {
  const store = StoreWriter.create(directory, hasher);
  const large = noise(600_000);
  const file = store.putFile(large.length, readFrom(large));
  store.putTree([fileEntry("a", file)]);
  store.putCommit(noise(100));
  store.putXattrs(new Map([["user.x", noise(5)]]));
  for (let i = 0; i < 50; i++) store.putBlob(noise(3000, i + 2));
  store.commit();
  store.close();
  const reader = Store.open(directory, hasher);
  const ids = reader.database.prepare("SELECT lower(hex(id)) AS id FROM objects ORDER BY offset")
    .all().map((row) => row.id as ObjectId);
  reader.close();
  return ids;
}

function tables(directory: string) {
  const store = Store.open(directory, hasher);
  const all = ["objects", "packs", "meta"].map((table) =>
    store.database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all()
  );
  store.close();
  return all;
}

Deno.test("the index made from packs is the index that was lost", () => {
  withFolder((directory) => {
    const ids = prepared(directory);
    const before = tables(directory);
    Deno.removeSync(indexPath(directory));
    const rebuilt = rebuildIndex(directory, hasher);
    assert.deepEqual(rebuilt, { objects: ids.length, packs: 1, gaps: [] });
    assert.deepEqual(tables(directory), before);
    const store = StoreWriter.open(directory, hasher);
    store.putBlob(noise(10));
    store.commit();
    for (const id of ids) store.read(id);
    store.close();
  });
});

Deno.test("an index that is there is not replaced, and a writer keeps it out", () => {
  withFolder((directory) => {
    const writer = StoreWriter.create(directory, hasher);
    const fails = (code: string) =>
      assert.throws(
        () => rebuildIndex(directory, hasher),
        (error: unknown) => error instanceof StoreError && error.code === code,
      );
    fails("locked");
    writer.close();
    fails("damaged_store");
  });
});

Deno.test("damage costs the object it hits, a torn tail nothing", () => {
  withFolder((directory) => {
    const ids = prepared(directory);
    const bytes = Deno.readFileSync(packPath(directory, 1));
    const at = 700_000;
    bytes[at]! ^= 1;
    Deno.writeFileSync(packPath(directory, 1), bytes);
    Deno.writeFileSync(packPath(directory, 1), bytes.subarray(16, 40), { append: true });
    Deno.removeSync(indexPath(directory));
    const { objects, gaps } = rebuildIndex(directory, hasher);
    assert.equal(objects, ids.length - 1);
    assert.equal(gaps.length, 2);
    assert.ok(gaps[0]!.offset <= at && at < gaps[0]!.offset + gaps[0]!.bytes);
    assert.deepEqual(gaps[1], { pack: 1, offset: bytes.length, bytes: 24 });
    const store = StoreWriter.open(directory, hasher);
    assert.equal(ids.filter((id) => store.has(id)).length, ids.length - 1);
    assert.equal(Deno.statSync(packPath(directory, 1)).size, bytes.length);
    store.close();
  });
});

Deno.test("a damaged record header does not hide what follows", () => {
  withFolder((directory) => {
    const ids = prepared(directory);
    const bytes = Deno.readFileSync(packPath(directory, 1));
    bytes[20]! ^= 1;
    bytes[3]! ^= 1;
    Deno.writeFileSync(packPath(directory, 1), bytes);
    Deno.removeSync(indexPath(directory));
    const { objects, gaps } = rebuildIndex(directory, hasher);
    assert.equal(objects, ids.length - 1);
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0]!.offset, 0);
  });
});
