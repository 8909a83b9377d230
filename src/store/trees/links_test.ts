import assert from "node:assert/strict";
import fc from "fast-check";
import { SEED } from "../../../tests/support/random.ts";
import type { InodeRecord } from "./entry.ts";
import { StoreError } from "../format/store_error.ts";
import { fileEntry, withStore } from "../testing/fixtures.ts";

function record(ino: number, size: number): InodeRecord {
  const { name: _, linked: __, ...rest } = fileEntry("", { ino, size, nlink: 2 });
  return rest;
}

Deno.test("a link table is the same whatever came before, and finds what it has", () => {
  withStore((store) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    const ino = fc.oneof(fc.nat(600), fc.nat(3).map((i) => Number.MAX_SAFE_INTEGER - i));
    const steps = fc.array(fc.array(fc.tuple(ino, fc.option(fc.nat(9)))), { maxLength: 4 });
    fc.assert(
      fc.property(steps, (changes) => {
        const map = new Map<number, InodeRecord>();
        let table = null;
        for (const change of changes) {
          const records = new Map(
            change.map(([i, size]) => [i, size === null ? null : record(i, size)]),
          );
          for (const [i, r] of records) {
            if (r === null) map.delete(i);
            else map.set(i, r);
          }
          table = store.updateLinks(table, records);
          assert.equal(table, store.updateLinks(null, map));
        }
        assert.equal(table === null, map.size === 0);
        const sorted = (m: Map<number, InodeRecord>) => [...m].sort((a, b) => a[0] - b[0]);
        assert.deepEqual(sorted(store.readLinks(table)), sorted(map));
        for (const i of [...map.keys(), 601, 5]) {
          assert.deepEqual(store.readLink(table, i), map.get(i) ?? null);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});

Deno.test("one changed inode rewrites one bucket and the table", () => {
  withStore((store) => {
    const all = Array.from({ length: 20_000 }, (_, ino) => [ino, record(ino, 1)] as const);
    const table = store.updateLinks(null, new Map(all));
    store.commit();
    const before = store.stats();
    assert.equal(before.objects, 257);
    store.updateLinks(table, new Map([[777, record(777, 2)]]));
    store.commit();
    assert.equal(store.stats().objects - before.objects, 2);
  });
});

Deno.test("a record under another inode's number is refused", () => {
  withStore((store) => {
    assert.throws(
      () => store.updateLinks(null, new Map([[1, record(2, 0)]])),
      (error: unknown) => error instanceof StoreError && error.code === "invalid_entry",
    );
  });
});
