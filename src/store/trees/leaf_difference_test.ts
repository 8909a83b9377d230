import assert from "node:assert/strict";
import fc from "fast-check";
import { SEED } from "../../../tests/support/random.ts";
import { ByteWriter } from "../format/byte_writer.ts";
import type { TreeEntry } from "./entry.ts";
import { differingEntries } from "./leaf_difference.ts";
import { fileEntry, hasher } from "../testing/fixtures.ts";
import { writeLeaf } from "./tree_page.ts";

const ID = hasher.blob(new Uint8Array());

function leaf(entries: readonly TreeEntry[]): Uint8Array {
  const writer = new ByteWriter();
  writeLeaf(writer, entries);
  return writer.view();
}

/** Up to 12 names, each with one of three sizes or as a name of a linked inode. */
const page = fc.dictionary(
  fc.constantFrom(..."abcdefghijkl", "aa", "a\xff", "bb"),
  fc.integer({ min: 0, max: 3 }),
  { minKeys: 1, noNullPrototype: true },
).map((sizes) =>
  Object.entries(sizes).sort(([a], [b]) => a < b ? -1 : 1).map(([name, size]): TreeEntry =>
    size === 3 ? { name, linked: true, ino: 7 } : { ...fileEntry(name), size }
  )
);

Deno.test("what is different in two pages is what is not the same entry in both", () => {
  console.log(`AGENTVFS_SEED=${SEED}`);
  fc.assert(
    fc.property(page, page, (a, b) => {
      const without = (entries: TreeEntry[], others: TreeEntry[]) => {
        const all = new Set(others.map((entry) => JSON.stringify(entry)));
        return entries.filter((entry) => !all.has(JSON.stringify(entry)));
      };
      const plain = (entries: TreeEntry[]) => entries.map((entry) => ({ ...entry }));
      const [before, after] = differingEntries(leaf(a), ID, leaf(b), ID);
      assert.deepEqual(plain(before), plain(without(a, b)));
      assert.deepEqual(plain(after), plain(without(b, a)));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
