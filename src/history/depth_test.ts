/**
 * Snapshots that are deeper than the call stack.
 */

import assert from "node:assert/strict";
import { S_IFREG, type Snapshot, type TreeEntry } from "../store/trees/entry.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import { countChanges, diffSnapshots, listChanges } from "./diff/diff.ts";
import {
  directory,
  file,
  storedAttributes,
  textBytes,
  withStore,
} from "./snapshots/testing/fixtures.ts";
import { graftPaths } from "./rollback/graft.ts";
import { HistoryError } from "./commits/history_error.ts";
import { lookupPath } from "./snapshots/lookup_path.ts";
import { merge } from "./merge/testing/fixtures.ts";
import { totalsOf } from "./snapshots/totals.ts";

const DEPTH = 20_000;
/** Of the deepest directory. */
const DEEPEST = "d/".repeat(DEPTH);

const INODES = Array.from({ length: DEPTH + 1 }, () => directory());
const FILES = new Map(["f", "g"].map((name) => [name, file("")]));

/** Directories in each other, and files (name → text) in the deepest. The same inode numbers every time. */
function chain(store: StoreWriter, files: Record<string, string>, top = "d"): Snapshot {
  let entries: TreeEntry[] = Object.entries(files).map(([name, text]) => {
    const record = storedAttributes(store, { ...FILES.get(name)!, text });
    const bytes = textBytes(text);
    const content = store.putFile(bytes.length, (offset, into, length) => {
      into.set(bytes.subarray(offset, offset + length));
    });
    assert.equal(record.mode & S_IFREG, S_IFREG);
    return { ...record, ...content, name, linked: false };
  });
  for (let depth = DEPTH;; depth--) {
    const record = {
      ...storedAttributes(store, INODES[depth]!),
      ...totalsOf(entries),
      content: store.putTree(entries),
    };
    if (depth === 0) return { root: record, links: null };
    entries = [{ ...record, name: depth === 1 ? top : "d", linked: false }];
  }
}

function textAt(store: StoreWriter, snapshot: Snapshot, path: string): string | null {
  const record = lookupPath(store, snapshot, path);
  if (record === null) return null;
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  return new TextDecoder().decode(bytes);
}

Deno.test("one file far below is all the difference", async () => {
  await withStore((store) => {
    const [one, two] = [chain(store, { f: "one" }), chain(store, { f: "two" })];
    const changes = [...diffSnapshots(store, one, two)];
    assert.deepEqual(changes.map(({ path, status }) => [path, status]), [[`${DEEPEST}f`, "M"]]);
    const empty = { ...one, root: { ...one.root, ...totalsOf([]), content: null } };
    assert.deepEqual(countChanges(store, empty, two), {
      added: DEPTH + 1,
      modified: 0,
      deleted: 0,
    });
    assert.deepEqual(countChanges(store, two, empty), {
      added: 0,
      modified: 0,
      deleted: DEPTH + 1,
    });
  });
});

Deno.test("paths too long to be listed together are refused, with a way to list less", async () => {
  await withStore((store) => {
    const one = chain(store, { f: "one" });
    const empty = { ...one, root: { ...one.root, ...totalsOf([]), content: null } };
    assert.throws(() => listChanges(store, empty, one), (error: unknown) => {
      assert.ok(error instanceof HistoryError);
      assert.equal(error.code, "difference_too_large");
      return true;
    });
    const paths = [`${DEEPEST}f`];
    assert.equal(listChanges(store, empty, one, { paths }).length, 1);
  });
});

Deno.test("what both sides did far below is merged", async () => {
  await withStore((store) => {
    const base = chain(store, { f: "one" });
    const ours = chain(store, { f: "one", g: "ours" });
    const { snapshot, conflicts } = merge(store, base, ours, chain(store, { f: "theirs" }));
    assert.deepEqual(conflicts, []);
    assert.equal(textAt(store, snapshot, `${DEEPEST}f`), "theirs");
    assert.equal(textAt(store, snapshot, `${DEEPEST}g`), "ours");
    assert.equal(snapshot.root.entries, DEPTH + 2);
  });
});

Deno.test("a merge of one path far below, and of a tree that only theirs has", async () => {
  await withStore((store) => {
    const base = chain(store, { f: "one" });
    const empty = { ...base, root: { ...base.root, ...totalsOf([]), content: null } };
    const theirs = chain(store, { f: "theirs", g: "new" });
    const only = merge(store, base, base, theirs, { paths: [`${DEEPEST}g`] });
    assert.equal(textAt(store, only.snapshot, `${DEEPEST}f`), "one");
    assert.equal(textAt(store, only.snapshot, `${DEEPEST}g`), "new");
    const added = merge(store, empty, empty, theirs);
    assert.equal(added.snapshot.root.content, theirs.root.content);
  });
});

Deno.test("a path far below is restored, with the directories that lead to it", async () => {
  await withStore((store) => {
    const from = chain(store, { f: "one" });
    const empty = { ...from, root: { ...from.root, ...totalsOf([]), content: null } };
    for (const into of [empty, chain(store, { f: "two" })]) {
      const result = graftPaths(store, into, from, [`${DEEPEST}f`], { allocateInode: unused });
      assert.equal(textAt(store, result, `${DEEPEST}f`), "one");
    }
  });
});

Deno.test("a restored tree whose numbers are in use elsewhere gets others, all the way down", async () => {
  await withStore((store) => {
    const from = chain(store, { f: "one" });
    const into = chain(store, { f: "two" }, "moved");
    let next = 1_000_000;
    const result = graftPaths(store, into, from, ["d"], { allocateInode: () => next++ });
    assert.equal(next, 1_000_000 + DEPTH + 1);
    assert.equal(textAt(store, result, `${DEEPEST}f`), "one");
    assert.ok(lookupPath(store, result, `${DEEPEST}f`)!.ino >= 1_000_000);
  });
});

function unused(): never {
  throw new Error("No number is in use");
}
