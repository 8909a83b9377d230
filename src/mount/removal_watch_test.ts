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

Deno.test("what went is kept from the beginning of a burst, while the journal can tell of it", () => {
  const tree = new Tree();
  const watch = new RemovalWatch(3);
  const remove = (time: number, size = 1): boolean => {
    watch.removing(tree, time);
    tree.write();
    const inode = { directory: null, size } as Inode;
    return watch.removed(tree, time, { parent: inode, name: `at ${time}`, inode });
  };
  const gone = () => watch.takeGone().map(({ name }) => name);
  tree.write();
  remove(0);
  assert.deepEqual([5000, 5001, 5002, 5003].map((time) => remove(time, time % 2)), [
    false,
    false,
    false,
    false,
  ]);
  assert.equal(remove(5005), true);
  assert.deepEqual(gone(), [5000, 5001, 5002, 5003, 5005].map((time) => `at ${time}`));
  // It was told.
  remove(5006);
  assert.deepEqual(gone(), []);
  remove(9000);
  tree.record();
  tree.write();
  remove(9001);
  assert.deepEqual(gone(), ["at 9001"]);
  // What is recorded need not be kept, nor can everything be.
  tree.record();
  for (let i = 0; i < 4; i++) remove(20_000 + i);
  assert.deepEqual(gone(), ["at 20003"]);
  tree.write();
  for (let i = 0; i < 30_000; i++) remove(40_000 + i / 1000, 0);
  assert.equal(gone().length, 10_000);
});
