import assert from "node:assert/strict";
import fc from "fast-check";
import { SEED } from "../../../tests/support/random.ts";
import type { TreeEntry } from "./entry.ts";
import type { ObjectId } from "../format/object_id.ts";
import { StoreError } from "../format/store_error.ts";
import type { StoreWriter } from "../store_writer.ts";
import { fileEntry, hasher, withStore } from "../testing/fixtures.ts";
import { isIndex } from "./tree_page.ts";
import { isBoundary, PAGE_ENTRIES_MAX, pageStarts, SINGLE_PAGE_ENTRIES } from "./tree_split.ts";

const safe = { min: 0, max: Number.MAX_SAFE_INTEGER };
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const seconds = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const nanoseconds = fc.integer({ min: 0, max: 999_999_999 });
const objectId = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => b.toHex() as ObjectId);
const name = fc.array(fc.integer({ min: 1, max: 255 }).filter((c) => c !== 47), {
  minLength: 1,
  maxLength: 12,
}).map((codes) => String.fromCharCode(...codes)).filter((text) => text !== "." && text !== "..");

const plain = { noNullPrototype: true };

const entry: fc.Arbitrary<TreeEntry> = fc.oneof(
  fc.record({ name, linked: fc.constant(true as const), ino: fc.integer(safe) }, plain),
  fc.record({
    name,
    linked: fc.constant(false as const),
    mode: u32,
    nlink: u32,
    uid: u32,
    gid: u32,
    rdev: u32,
    ino: fc.integer(safe),
    size: fc.integer(safe),
    entries: fc.integer(safe),
    mtimeSec: seconds,
    mtimeNsec: nanoseconds,
    ctimeSec: seconds,
    ctimeNsec: nanoseconds,
    content: fc.option(objectId),
    chunked: fc.boolean(),
    xattrs: fc.option(objectId),
  }, plain).map((e) => ({ ...e, chunked: e.chunked && e.content !== null })),
);

function byName(entries: Iterable<TreeEntry>): Map<string, TreeEntry> {
  return new Map([...entries].map((e) => [e.name, e]));
}

function sorted(entries: Iterable<TreeEntry>): TreeEntry[] {
  return [...entries].sort((a, b) => a.name < b.name ? -1 : 1);
}

function check(property: fc.IRawProperty<unknown>, numRuns: number): void {
  console.log(`AGENTVFS_SEED=${SEED}`);
  fc.assert(property, { seed: SEED, numRuns });
}

Deno.test("entries come back exactly as they were put, in the order of their names", () => {
  withStore((store) => {
    check(
      fc.property(fc.array(entry, { maxLength: 20 }), (list) => {
        const map = byName(list);
        const id = store.putTree([...map.values()]);
        assert.equal(id === null, map.size === 0);
        assert.deepEqual(store.readTree(id), sorted(map.values()));
        for (const e of map.values()) assert.deepEqual(store.lookupTree(id, e.name), e);
      }),
      300,
    );
  });
});

/**
 * Ordinary names; many boundaries among others, so that segments often lose their first name; only boundaries;
 * and none, so that pages are cut by counting.
 */
const UNIVERSES: Record<string, string[]> = {
  mixed: names(4000, () => true),
  "many boundaries": [...names(300, isBoundary), ...names(1200, (text) => !isBoundary(text))],
  boundaries: names(1000, isBoundary),
  "no boundaries": names(4 * PAGE_ENTRIES_MAX, (text) => !isBoundary(text)),
};

function names(count: number, keep: (text: string) => boolean): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < count; i++) {
    const text = ((i * 2654435761) >>> 0).toString(36);
    if (keep(text)) found.push(text);
  }
  return found;
}

for (const [kind, universe] of Object.entries(UNIVERSES)) {
  Deno.test(`updateTree gives what putTree of the merged entries gives (names: ${kind})`, () => {
    withStore((store) => {
      const index = fc.nat(universe.length - 1);
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.array(fc.tuple(index, fc.boolean()), { maxLength: 8 }) },
        // A run of neighbours that go or come: makes and joins whole pages.
        fc.tuple(index, index, fc.boolean()).map(([from, count, gone]) =>
          Array.from({ length: count }, (_, i) => [(from + i) % universe.length, gone] as const)
        ),
      );
      check(
        fc.property(fc.nat(universe.length), fc.array(step, { maxLength: 4 }), (start, steps) => {
          let map = new Map(universe.slice(0, start).map((n) => [n, small(n, 0)]));
          let tree = store.putTree([...map.values()]);
          steps.forEach((changes, round) => {
            const change = new Map<string, TreeEntry | null>();
            for (const [i, gone] of changes) {
              const text = universe[i]!;
              change.set(text, gone ? null : small(text, round + 1));
            }
            map = new Map(map);
            for (const [text, e] of change) {
              if (e === null) map.delete(text);
              else map.set(text, e);
            }
            tree = store.updateTree(tree, change);
            assert.equal(tree, store.putTree([...map.values()]));
          });
          assert.deepEqual(store.readTree(tree), sorted(map.values()));
        }),
        40,
      );
    });
  });
}

/** A cheap entry. */
function small(text: string, ino: number): TreeEntry {
  return { name: text, linked: true, ino };
}

Deno.test("one changed name in 100 000 stores one page and an index page", () => {
  withStore((store) => {
    const entries = Array.from({ length: 100_000 }, (_, i) => fileEntry(`file-${i}`, { ino: i }));
    const tree = store.putTree(entries)!;
    store.commit();
    assert.equal(isIndex(store.read(tree)), true);
    const before = store.stats();
    const changed = fileEntry("file-77777", { size: 5 });
    const updated = store.updateTree(tree, new Map([[changed.name, changed]]));
    store.commit();
    const after = store.stats();
    assert.equal(after.objects - before.objects, 2);
    assert.ok(after.packBytes - before.packBytes < 300_000);
    assert.deepEqual(store.lookupTree(updated, changed.name), changed);
    assert.deepEqual(store.lookupTree(updated, "file-1"), entries[1]);
    assert.equal(store.lookupTree(updated, "file-"), null);
    assert.equal(store.lookupTree(updated, "zzz"), null);
    assert.equal(store.updateTree(updated, new Map([[changed.name, entries[77777]!]])), tree);
  });
});

Deno.test("a directory is split only when it is large, and no page is longer than the maximum", () => {
  withStore((store) => {
    const universe = UNIVERSES["no boundaries"]!;
    const put = (count: number) =>
      store.read(store.putTree(universe.slice(0, count).map((n) => small(n, 1)))!);
    assert.equal(isIndex(put(SINGLE_PAGE_ENTRIES)), false);
    assert.equal(isIndex(put(PAGE_ENTRIES_MAX)), false);
    assert.equal(isIndex(put(PAGE_ENTRIES_MAX + 1)), true);
    const cut = pageStarts(universe.toSorted().map((text) => ({ name: text })));
    assert.deepEqual(cut, [0, 1, 2, 3].map((page) => page * PAGE_ENTRIES_MAX));
  });
});

Deno.test("entries that cannot be stored are refused", () => {
  withStore((store) => {
    const refused = (body: (s: StoreWriter) => void) =>
      assert.throws(
        () => body(store),
        (e: unknown) => e instanceof StoreError && e.code === "invalid_entry",
      );
    for (const text of ["", ".", "..", "a/b", "a\0", "\u0100"]) {
      refused((s) => s.putTree([fileEntry(text)]));
      refused((s) => s.updateTree(null, new Map([[text, fileEntry(text)]])));
    }
    refused((s) => s.putTree([fileEntry("a"), fileEntry("b"), fileEntry("a")]));
    refused((s) => s.updateTree(null, new Map([["a", fileEntry("b")]])));
    refused((s) => s.putTree([fileEntry("a", { size: 2 ** 53 })]));
    refused((s) => s.putTree([fileEntry("a", { ino: -1 })]));
    refused((s) => s.putTree([fileEntry("a", { uid: 2 ** 32 })]));
    refused((s) => s.putTree([fileEntry("a", { mtimeNsec: 1_000_000_000 })]));
    refused((s) => s.putTree([fileEntry("a", { mtimeSec: 0.5 })]));
    refused((s) => s.putTree([fileEntry("a", { chunked: true, content: null })]));
    assert.equal(
      store.putTree([fileEntry("a")]),
      hasher.domain("tree", store.read(treeOfA(store))),
    );
  });
});

function treeOfA(store: StoreWriter): ObjectId {
  return store.putTree([fileEntry("a")])!;
}
