import assert from "node:assert/strict";
import { ObjectTable } from "./object_table.ts";
import { objectIdBytes } from "../format/object_id.ts";
import { runAtOnce } from "../format/sliced.ts";
import { hasher, noise, withStore } from "../testing/fixtures.ts";

/** More than a page of rows. */
const COUNT = 10_000;

Deno.test("every object is found where the index says, and no other", () => {
  withStore((store) => {
    assert.equal(runAtOnce(ObjectTable.load(store.database)).find(hasher.blob(noise(8, 1))), -1);
    const ids = Array.from({ length: COUNT }, (_, i) => store.putBlob(noise(8, i + 1)));
    store.commit();
    const table = runAtOnce(ObjectTable.load(store.database));
    assert.equal(table.count, COUNT);
    assert.equal(table.impossible, 0);
    const places = new Set(ids.map((id) => table.find(id)));
    assert.equal(places.size, COUNT);
    const offsets = new Set<number>();
    for (const id of ids) {
      const at = table.find(id);
      assert.equal(table.id(at), id);
      assert.deepEqual([table.size(at), table.stored(at), table.type(at)], [8, 8, 1]);
      offsets.add(table.offset(at));
    }
    assert.equal(offsets.size, COUNT);
    for (let i = 0; i < COUNT; i++) assert.equal(table.find(hasher.blob(noise(9, i + 1))), -1);
  });
});

Deno.test("rows that cannot be objects are left out and counted, and cost no other row", () => {
  for (
    const [column, value] of [
      ["pack", -1],
      ["offset", "12"],
      ["stored", null],
      ["size", 1.5],
      ["encoding", new Uint8Array(3)],
      ["id", new Uint8Array(31).fill(7)],
      ["id", new Uint8Array(33).fill(7)],
    ] as const
  ) {
    withStore((store) => {
      const ids = Array.from({ length: 100 }, (_, i) => store.putBlob(noise(8, i + 1)));
      store.commit();
      const { database } = store;
      // Without the rule that its columns hold numbers: bits of a file change without asking.
      database.exec("CREATE TABLE loose(id, pack, offset, stored, size, encoding, type)");
      database.exec("INSERT INTO loose SELECT * FROM objects; DROP TABLE objects");
      database.exec("ALTER TABLE loose RENAME TO objects");
      const damaged = ids[50]!;
      database.prepare(`UPDATE objects SET ${column} = ? WHERE id = ?`)
        .run(value, objectIdBytes(damaged));
      const table = runAtOnce(ObjectTable.load(database));
      assert.equal(table.impossible, 1, `${column} ${value}`);
      assert.equal(table.count, 99);
      for (const id of ids) assert.equal(table.find(id) >= 0, id !== damaged);
    });
  }
});
