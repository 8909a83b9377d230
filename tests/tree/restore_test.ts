/** A server that takes over finds everything the kernel refers to, whatever it has forgotten besides. */

import assert from "node:assert/strict";
import { write } from "../../src/tree/data.ts";
import type { Inode } from "../../src/tree/inode.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal_record.ts";
import { create, link, rename, unlink } from "../../src/tree/names.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { randomness, randomOperation } from "./fixture.ts";
import { type KernelModel, randomInode, withKernel } from "./kernel_model.ts";

const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);
const RUNS = 15;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

function writeText(tree: WorkingTree, inode: Inode, text: string): void {
  const bytes = new Uint8Array(WRITE_HEADROOM + text.length);
  new TextEncoder().encodeInto(text, bytes.subarray(WRITE_HEADROOM));
  const view = new DataView(bytes.buffer);
  assert.equal(write(tree, inode, 0, bytes, view, WRITE_HEADROOM, text.length, false), 0);
}

/** Something done to a node the kernel knows, with nothing loaded for it. */
function blindOperation(mount: KernelModel, random: (below: number) => number): void {
  const { tree } = mount;
  const ids = [...mount.known.keys()];
  if (ids.length === 0) return;
  const inode = tree.node(ids[random(ids.length)]!)!;
  if (inode.isFile && random(3) > 0) writeText(tree, inode, "x".repeat(1 + random(5000)));
  else if (!inode.isDirectory && inode.parent !== null) {
    unlink(tree, inode.parent, inode.name, false);
  }
  mount.answer();
  if (random(4) === 0) mount.checkpoint();
}

Deno.test("a file is found by a directory that the kernel has forgotten", () =>
  withKernel((mount) => {
    const { tree } = mount;
    const make = (parent: Inode, name: string, mode: number) =>
      create(tree, parent, name, mode, 0, 0, 0, null) as Inode;
    const directories = ["a", "b"].map((name) => make(tree.root, name, DIRECTORY));
    const file = make(directories[0]!, "first", FILE);
    link(tree, file, directories[1]!, "second");
    mount.checkpoint();
    for (const inode of [...directories, file]) mount.lookup(inode);
    mount.forget(directories[0]!.nodeId);
    for (let i = 0; i < 3; i++) mount.replace();
  }));

Deno.test("a file whose known name is removed is the one that has another name", () =>
  withKernel((mount) => {
    const make = (parent: Inode, name: string, mode: number) =>
      create(mount.tree, parent, name, mode, 0, 0, 0, null) as Inode;
    const [a, b] = ["a", "b"].map((name) => make(mount.tree.root, name, DIRECTORY)) as [
      Inode,
      Inode,
    ];
    const file = make(a, "first", FILE);
    link(mount.tree, file, b, "second");
    mount.checkpoint();
    for (const inode of [a, file]) mount.lookup(inode);
    mount.replace();
    // The directory of the other name is not loaded in this server, nor in those that follow.
    unlink(mount.tree, mount.tree.node(a.nodeId)!, "first", false);
    mount.answer();
    mount.replace();
    mount.checkpoint();
    writeText(mount.tree, mount.tree.node(file.nodeId)!, "written without a name");
    mount.replace();
    mount.checkpoint();
    mount.replace();
    writeText(mount.tree, mount.tree.node(file.nodeId)!, "and once more, which is longer");
    mount.replace();
    const found = mount.tree.lookup(mount.tree.lookup(mount.tree.root, "b") as Inode, "second");
    assert.equal(found, mount.tree.node(file.nodeId));
    assert.equal((found as Inode).size, 30);
  }));

Deno.test("a file is found in a directory that is younger than it, and has moved since", () =>
  withKernel((mount) => {
    const make = (name: string, mode: number) =>
      create(mount.tree, mount.tree.root, name, mode, 0, 0, 0, null) as Inode;
    const file = make("file", FILE);
    mount.lookup(file);
    const directory = make("directory", DIRECTORY);
    mount.lookup(directory);
    rename(mount.tree, mount.tree.root, "file", directory, "moved", 0);
    mount.answer();
    mount.replace();
    rename(mount.tree, mount.tree.root, "directory", mount.tree.root, "elsewhere", 0);
    mount.answer();
    mount.checkpoint();
    mount.replace();
  }));

Deno.test("whatever is looked up and forgotten, the next server knows what is left", () => {
  console.log(`seed ${SEED}`);
  for (let run = 0; run < RUNS; run++) {
    const random = randomness(SEED + run);
    try {
      withKernel((mount) => {
        for (let step = 0; step < STEPS; step++) {
          randomOperation(mount.tree, random);
          mount.answer();
          if (random(2) === 0) mount.lookup(randomInode(mount.tree, random));
          if (random(3) === 0) mount.forgetSome(random);
          if (random(25) === 0) mount.checkpoint();
          if (random(25) === 0) {
            mount.replace();
            for (let i = random(6); i > 0; i--) blindOperation(mount, random);
          }
        }
      });
    } catch (cause) {
      throw new Error(`Failed with seed ${SEED + run}`, { cause });
    }
  }
});
