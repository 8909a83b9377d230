/** What is dropped from memory can be loaded again, and is what it was. */

import assert from "node:assert/strict";
import { dropForgotten } from "../../src/tree/drop_forgotten.ts";
import type { Inode } from "../../src/tree/inode.ts";
import { create, link } from "../../src/tree/names.ts";
import { dump, randomness, randomOperation } from "./fixture.ts";
import { randomInode, withKernel } from "./kernel_model.ts";

const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);
const RUNS = 10;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

Deno.test("a directory goes once it is clean and forgotten with all that is in it", () =>
  withKernel((mount) => {
    const { tree } = mount;
    const make = (parent: Inode, name: string, mode: number) =>
      create(tree, parent, name, mode, 0, 0, 0, null) as Inode;
    const [a, b] = ["a", "b"].map((name) => make(tree.root, name, DIRECTORY)) as [Inode, Inode];
    const file = make(a, "file", FILE);
    const linked = make(a, "linked", FILE);
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
  console.log(`seed ${SEED}`);
  let dropped = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = randomness(SEED + run);
    try {
      withKernel((mount) => {
        for (let step = 0; step < STEPS; step++) {
          randomOperation(mount.tree, random);
          mount.answer();
          if (random(4) === 0) mount.lookup(randomInode(mount.tree, random));
          if (random(3) === 0) mount.forgetSome(random);
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
    } catch (cause) {
      throw new Error(`Failed with seed ${SEED + run}`, { cause });
    }
  }
  assert.ok(dropped > RUNS, `only ${dropped} names were dropped`);
});
