import assert from "node:assert/strict";
import type { Inode } from "../tree/nodes/inode.ts";
import type { Removed } from "../tree/operations/put_back.ts";
import { type RemovalTree, RemovalWatch } from "./removal_watch.ts";

/** A tree of which nobody reads more than this. */
class Tree implements RemovalTree {
  isChanged = false;
  journal = { segment: 1, records: 1, retold: 1 };

  write(): void {
    this.journal.records++;
    this.isChanged = true;
  }

  record(): void {
    this.journal.segment++;
    this.journal.records = this.journal.retold = 3;
    this.isChanged = false;
  }
}

/** A file with something in it, or an empty one. */
function removed(isLoss: boolean): Removed {
  const inode = { directory: null, size: isLoss ? 1 : 0 } as Inode;
  return { parent: inode, name: "", inode };
}

/** Deletes at these times, after what `before` does; the places at which that was told. */
function told(
  times: readonly number[],
  before: (tree: Tree, i: number) => void,
  isLoss = (_: number) => true,
): number[] {
  const watch = new RemovalWatch(3);
  const tree = new Tree();
  return times.flatMap((time, i) => {
    before(tree, i);
    watch.removing(tree, time);
    tree.write();
    return watch.removed(tree, time, removed(isLoss(i))) ? [i] : [];
  });
}

Deno.test("a burst of deletions is told once, and slow ones never", () => {
  const first = (tree: Tree, i: number) => i === 0 && tree.write();
  assert.deepEqual(told([0, 1, 2, 3, 4, 900, 1800, 2700], first), [2]);
  assert.deepEqual(told([0, 2000, 4000, 6000], first), []);
  assert.deepEqual(told([0, 1, 2, 5000, 5001, 5002], first), [2, 5]);
});

Deno.test("where all is recorded nothing can be lost, until something is made", () => {
  assert.deepEqual(told([0, 1, 2, 3, 4, 5], () => {}), []);
  assert.deepEqual(told([0, 1, 2, 3, 4, 5, 6, 7, 8], (tree, i) => i === 4 && tree.write()), [5]);
  const recorded = (tree: Tree, i: number) => {
    if (i === 0) tree.write();
    if (i === 1) tree.record();
  };
  assert.deepEqual(told([0, 1, 2, 3, 4, 5], recorded), []);
});

Deno.test("what a server before this one had not recorded counts", () => {
  assert.deepEqual(
    told([0, 1, 2], (tree) => {
      tree.journal.segment = 2;
      tree.isChanged = true;
    }),
    [2],
  );
});

Deno.test("what had nothing in it is no loss, however much of it goes", () => {
  const first = (tree: Tree, i: number) => i === 0 && tree.write();
  assert.deepEqual(told([0, 1, 2, 3, 4, 5, 6], first, () => false), []);
  assert.deepEqual(told([0, 1, 2, 3, 4, 5, 6], first, (i) => i % 2 === 0), [4]);
});
