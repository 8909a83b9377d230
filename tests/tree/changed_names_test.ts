/** Which names are carried out once more for those who watch: those in directories they watch, and not too many. */

import assert from "node:assert/strict";
import {
  type ChangedNames,
  changedNames,
  MOST_NAMES,
  type Watched,
} from "../../src/tree/changed_names.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { unlink } from "../../src/tree/operations/names.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { type KernelModel, withKernel } from "./kernel_model.ts";
import { make, writeText } from "./fixture.ts";

const FILE = 0o100644;
const DIRECTORY = 0o040755;

/** What a rollback to `snapshot` changes, for who watches these. */
function rolledBack(
  { tree }: KernelModel,
  snapshot: KernelModel["tree"]["base"],
  watched: Watched,
): ChangedNames {
  return changedNames(tree, retarget(tree, snapshot!), watched);
}

function told({ names }: ChangedNames): string[] {
  return names.map(({ directory, name, was, is, isGone }) =>
    `${isGone ? "gone " : ""}${directory}/${name} ${kind(was)}→${kind(is)}`
  );
}

function kind(mode: number | null): string {
  if (mode === null) return "attributes";
  return mode === 0 ? "nothing" : (mode & 0o170000) === 0o040000 ? "directory" : "file";
}

/** A tree in which all is known to the kernel: what there is at first, and what was made and changed since. */
function changedTree(
  mount: KernelModel,
): { first: KernelModel["tree"]["base"]; at: Record<string, Inode> } {
  const { tree } = mount;
  const { root } = tree;
  const at: Record<string, Inode> = {};
  const add = (name: string, parent: Inode, mode: number) => {
    at[name] = make(tree, parent, name, mode);
    mount.lookup(at[name]);
    return at[name];
  };
  const directory = add("directory", root, DIRECTORY);
  const other = add("other", root, DIRECTORY);
  writeText(tree, add("file", directory, FILE), 0, "one");
  add("lost", other, FILE);
  mount.checkpoint();
  const first = tree.base;
  writeText(tree, at["file"]!, 0, "two");
  unlink(tree, other, "lost", false);
  const made = add("made", directory, DIRECTORY);
  add("inside", made, FILE);
  mount.checkpoint();
  return { first, at };
}

Deno.test("what is removed comes before the directory that it was in", () =>
  withKernel((mount) => {
    const { first } = changedTree(mount);
    assert.deepEqual(told(rolledBack(mount, first, null)).sort(), [
      "directory/file file→file",
      "directory/made directory→nothing",
      "gone directory/made/inside file→nothing",
      "other/lost nothing→file",
    ]);
  }));

Deno.test("the order is that in which it is done by hand", () =>
  withKernel((mount) => {
    const { first } = changedTree(mount);
    const all = told(rolledBack(mount, first, null));
    const inside = all.indexOf("gone directory/made/inside file→nothing");
    assert.ok(inside >= 0 && inside < all.indexOf("directory/made directory→nothing"));
  }));

Deno.test("only what is watched is told of", () =>
  withKernel((mount) => {
    const { first, at } = changedTree(mount);
    const watched = new Set([at["other"]!.ino, at["file"]!.ino]);
    assert.deepEqual(told(rolledBack(mount, first, watched)).sort(), [
      "directory/file file→file",
      "other/lost nothing→file",
    ]);
  }));

Deno.test("of more names than there may be their directories are told of", () =>
  withKernel((mount) => {
    const { tree } = mount;
    mount.checkpoint();
    const first = tree.base;
    for (let i = 0; i < MOST_NAMES + 2; i++) make(tree, tree.root, `f${i}`, FILE);
    mount.checkpoint();
    const { names, pending } = rolledBack(mount, first, null);
    assert.equal(pending.length, MOST_NAMES);
    assert.equal(names.length, MOST_NAMES + 1);
    assert.deepEqual(told({ names: names.slice(-1), pending }), ["/ attributes→attributes"]);
  }));
