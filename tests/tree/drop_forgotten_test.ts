/** What is dropped from memory can be loaded again, and is what it was. */

import assert from "node:assert/strict";
import { dropForgotten } from "../../src/tree/drop_forgotten.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { link } from "../../src/tree/operations/names.ts";
import { dump, make } from "./fixture.ts";
import { randomlyWithKernel, randomStep, withKernel } from "./kernel_model.ts";

const RUNS = 10;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

Deno.test("a directory goes once it is clean and forgotten with all that is in it", () =>
  withKernel((mount) => {
    const { tree } = mount;
    const [a, b] = ["a", "b"].map((name) => make(tree, tree.root, name, DIRECTORY)) as [
      Inode,
      Inode,
    ];
    const file = make(tree, a, "file", FILE);
    const linked = make(tree, a, "linked", FILE);
    link(tree, linked, b, "linked too");
    for (const inode of [a, b, file]) mount.lookup(inode);
    for (const inode of [a, b]) mount.forget(inode.nodeId);
    const state = dump(tree);
    assert.equal(dropForgotten(tree), 0, "nothing is stored");
    mount.checkpoint();
    assert.equal(dropForgotten(tree), 1, "the kernel refers to something in a");
    assert.equal(linked.names!.length, 1);
    mount.forget(file.nodeId);
    assert.equal(dropForgotten(tree), 2);
    assert.equal(tree.links.size, 0);
    assert.deepEqual(dump(tree), state);
    assert.notEqual(tree.lookup(a, "file"), file);
  }));

Deno.test("random work: a tree is the same after a sweep, and so for the servers that follow", () => {
  let dropped = 0;
  randomlyWithKernel(RUNS, (mount, random) => {
    for (let step = 0; step < STEPS; step++) {
      randomStep(mount, random, 4);
      if (random(20) === 0) mount.checkpoint();
      if (random(20) === 0) {
        const state = dump(mount.tree);
        dropped += dropForgotten(mount.tree);
        assert.deepEqual(dump(mount.tree), state);
        dropForgotten(mount.tree);
      }
      if (random(40) === 0) mount.replace();
    }
  });
  assert.ok(dropped > RUNS, `only ${dropped} names were dropped`);
});
