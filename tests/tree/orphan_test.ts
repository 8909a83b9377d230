/** Files that are open and have no name any more: checkpoints and restarts keep their bytes. */

import assert from "node:assert/strict";
import { setXattr } from "../../src/tree/operations/attributes.ts";
import { read, resize } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { create, createNameless, link, unlink } from "../../src/tree/operations/names.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { Status } from "../../src/tree/status.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { dump, Fixture, make, writeText } from "./fixture.ts";

const FILE = 0o100644;

function textOf(tree: WorkingTree, inode: Inode): string {
  const bytes = new Uint8Array(inode.size);
  assert.equal(read(tree, inode, 0, bytes, 0, bytes.length), bytes.length);
  return new TextDecoder().decode(bytes);
}

/** A file with that many names, stored, then changed and unlinked while it is open. */
function orphan(fixture: Fixture, names: readonly string[]): Inode {
  const { tree } = fixture;
  const inode = make(tree, tree.root, names[0]!, FILE);
  writeText(tree, inode, 0, "the first text");
  for (const name of names.slice(1)) link(tree, inode, tree.root, name);
  fixture.checkpoint();
  tree.nodes.remember(inode);
  writeText(tree, inode, 4, "other");
  setXattr(tree, inode, "user.x", Uint8Array.of(1, 2), 0);
  for (const name of names) unlink(tree, tree.root, name, false);
  return inode;
}

for (const names of [["a"], ["a", "b"]]) {
  Deno.test(`a file that had ${names.length} names keeps its bytes across checkpoints`, () => {
    const fixture = new Fixture();
    try {
      const { tree } = fixture;
      const inode = orphan(fixture, names);
      for (let i = 0; i < 2; i++) {
        create(tree, tree.root, `other${i}`, FILE, 0, 0, 0, null);
        fixture.checkpoint();
        assert.equal(textOf(tree, inode), "the other text");
        assert.deepEqual(tree.xattrs(inode).get("user.x"), Uint8Array.of(1, 2));
      }
    } finally {
      fixture.close();
    }
  });

  Deno.test(`a file that had ${names.length} names is there after a restart`, () => {
    const fixture = new Fixture();
    try {
      const inode = orphan(fixture, names);
      const base = fixture.checkpoint();
      const { segment } = fixture.tree.journal;
      fixture.tree.journal.close();
      fixture.tree = fixture.open(base, segment + 1, fixture.tree.nextInode);
      const segments = listSegments(fixture.journalPath).filter((s) => s === segment);
      const { nodes } = replay(fixture.tree, segments);
      const again = nodes.get(inode.nodeId)!;
      assert.equal(textOf(fixture.tree, again), "the other text");
      assert.deepEqual(fixture.tree.xattrs(again).get("user.x"), Uint8Array.of(1, 2));
      assert.equal(again.nlink, 0);
    } finally {
      fixture.close();
    }
  });
}

Deno.test("one that grew while it had no name, and got one again after a restart, is stored with its size", () => {
  const fixture = new Fixture();
  try {
    const { tree } = fixture;
    // One made with O_TMPFILE may be linked whenever it has no name.
    const inode = createNameless(tree, tree.root, FILE, 0, 0) as Inode;
    tree.nodes.remember(inode);
    link(tree, inode, tree.root, "a");
    writeText(tree, inode, 0, "text");
    fixture.checkpoint();
    unlink(tree, tree.root, "a", false);
    resize(tree, inode, 100_000, false);
    const base = fixture.checkpoint();
    const { segment } = tree.journal;
    tree.journal.close();
    fixture.tree = fixture.open(base, segment + 1, tree.nextInode);
    const { nodes } = replay(fixture.tree, [segment]);
    const again = nodes.get(inode.nodeId)!;
    fixture.tree.nodes.remember(again);
    assert.equal(link(fixture.tree, again, fixture.tree.root, "b"), Status.Ok);
    const grown = dump(fixture.tree);
    const loaded = fixture.open(fixture.checkpoint(), segment + 10);
    assert.deepEqual(dump(loaded), grown);
    loaded.journal.close();
  } finally {
    fixture.close();
  }
});
