import assert from "node:assert/strict";
import {
  copyModel,
  directory,
  file,
  type ModelInode,
  storeModel,
  withStore,
} from "../snapshots/testing/fixtures.ts";
import { OPTIONS } from "./testing/fixtures.ts";
import { mergeSnapshots } from "./merge_snapshots.ts";
import type { StoreWriter } from "../../store/store_writer.ts";

const PER_DIRECTORY = 50;
const CHANGED = 20;

/** Directories of 50 files, in directories of 50. */
function tree(files: number): ModelInode {
  const root = directory();
  for (let i = 0; i < files; i++) {
    const leaf = Math.floor(i / PER_DIRECTORY);
    const branch = child(root, `branch-${Math.floor(leaf / PER_DIRECTORY)}`);
    child(branch, `leaf-${leaf}`).children.set(`file-${i}`, file("0\n1\n2\n3\n4\n"));
  }
  return root;
}

function child(parent: ModelInode, name: string): ModelInode {
  let found = parent.children.get(name);
  if (found === undefined) parent.children.set(name, found = directory());
  return found;
}

/** The files that a side changes: the second half of those of ours is the first of those of theirs. */
function changedFiles(files: number, side: "ours" | "theirs"): number[] {
  const step = Math.floor(files / 64);
  const first = side === "ours" ? 0 : CHANGED / 2;
  return Array.from({ length: CHANGED }, (_, i) => step * (first + i));
}

/** Directories on the way to changed files, the root too. */
function changedDirectories(files: number): number {
  const leaves = new Set(
    [...changedFiles(files, "ours"), ...changedFiles(files, "theirs")].map((at) =>
      Math.floor(at / PER_DIRECTORY)
    ),
  );
  return 1 + leaves.size + new Set([...leaves].map((at) => Math.floor(at / PER_DIRECTORY))).size;
}

/** Changes a line of twenty files, another one on either side. */
function changed(base: ModelInode, files: number, side: "ours" | "theirs"): ModelInode {
  const model = copyModel(base);
  for (const at of changedFiles(files, side)) {
    const leaf = Math.floor(at / PER_DIRECTORY);
    const branch = model.children.get(`branch-${Math.floor(leaf / PER_DIRECTORY)}`)!;
    const edited = branch.children.get(`leaf-${leaf}`)!.children.get(`file-${at}`)!;
    edited.text = side === "ours" ? "ours\n1\n2\n3\n4\n" : "0\n1\n2\n3\ntheirs\n";
    edited.mtime++;
  }
  return model;
}

/** Counts tree objects that are read. */
function counting(store: StoreWriter): { store: StoreWriter; reads: () => number } {
  let reads = 0;
  const methods = new Set<PropertyKey>(["read", "readTree", "lookupTree", "readLinks", "readLink"]);
  const proxy = new Proxy(store, {
    get(target, property) {
      const value = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (methods.has(property)) reads++;
        return value.apply(target, args);
      };
    },
  });
  return { store: proxy, reads: () => reads };
}

Deno.test("what is read follows the changes, not the size of the tree", async () => {
  await withStore((store) => {
    for (const files of [1000, 100_000]) {
      const base = tree(files);
      const [b, o, t] = [base, changed(base, files, "ours"), changed(base, files, "theirs")].map(
        (model) => storeModel(store, model),
      );
      const counted = counting(store);
      const result = mergeSnapshots(counted.store, b!, o!, t!, OPTIONS);
      assert.deepEqual(result.conflicts, []);
      assert.deepEqual(result.changes, { added: 0, modified: CHANGED, deleted: 0 });
      // A few reads for each changed file and each directory that leads to one, nothing for the others.
      const limit = 8 * (changedDirectories(files) + CHANGED);
      assert.ok(counted.reads() < limit, `${counted.reads()} reads, ${files} files, ${limit}`);
    }
  });
});

Deno.test("what both sides have in common is not looked into", async () => {
  await withStore((store) => {
    const base = tree(10_000);
    const both = changed(base, 10_000, "ours");
    const [b, o] = [storeModel(store, base), storeModel(store, both)];
    both.children.set("new", file("new"));
    const counted = counting(store);
    mergeSnapshots(counted.store, o, o, storeModel(store, both), OPTIONS);
    assert.ok(counted.reads() < 20, `${counted.reads()} reads`);
    const same = counting(store);
    assert.equal(mergeSnapshots(same.store, b, o, b, OPTIONS).snapshot, o);
  });
});
