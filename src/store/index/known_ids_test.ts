import assert from "node:assert/strict";
import { KnownIds } from "./known_ids.ts";
import { parseObjectId } from "../format/object_id.ts";
import { StoreWriter } from "../store_writer.ts";
import { hasher, noise, withFolder } from "../testing/fixtures.ts";

Deno.test("ids that were added may be there, others are not", () => {
  const ids = new KnownIds();
  const id = (i: number) => hasher.blob(noise(8, i + 1));
  for (let i = 0; i < 20_000; i += 2) ids.add(id(i));
  for (let i = 0; i < 20_000; i++) assert.equal(ids.mayHave(id(i)), i % 2 === 0);
});

Deno.test("ids that begin or end like a free slot are not lost", () => {
  const ids = new KnownIds();
  const zeros = parseObjectId("0".repeat(64))!;
  assert.equal(ids.mayHave(zeros), false);
  ids.add(zeros);
  assert.equal(ids.mayHave(zeros), true);
  const low = parseObjectId("f".repeat(8) + "0".repeat(56))!;
  assert.equal(ids.mayHave(low), false);
  ids.add(low);
  for (let i = 0; i < 10_000; i++) ids.add(hasher.blob(noise(8, i + 1)));
  assert.equal(ids.mayHave(zeros) && ids.mayHave(low), true);
});

Deno.test("ids are loaded from an index, whatever they begin with", () => {
  withFolder((directory) => {
    let store = StoreWriter.create(directory, hasher);
    const put = () => Array.from({ length: 2000 }, (_, i) => store.putBlob(noise(8, i + 1)));
    const ids = put();
    store.commit();
    const loaded = KnownIds.load(store.database);
    for (const id of ids) assert.equal(loaded.mayHave(id), true);
    store.close();
    // Enough new objects that the writer loads the ids, and still knows the old ones.
    store = StoreWriter.open(directory, hasher);
    for (let i = 0; i < 2000; i++) store.putBlob(noise(9, i + 1));
    assert.deepEqual(put(), ids);
    store.commit();
    assert.equal(store.stats().objects, 4000);
    store.close();
  });
});

Deno.test("what was put before the ids were loaded is known after the commit", () => {
  withFolder((directory) => {
    let store = StoreWriter.create(directory, hasher);
    for (let i = 0; i < 1000; i++) store.putBlob(noise(8, i + 1));
    store.commit();
    store.close();
    store = StoreWriter.open(directory, hasher);
    const put = () => Array.from({ length: 2000 }, (_, i) => store.putBlob(noise(9, i + 1)));
    const ids = put();
    store.commit();
    assert.deepEqual(put(), ids);
    store.commit();
    assert.equal(store.stats().objects, 3000);
    store.close();
  });
});
