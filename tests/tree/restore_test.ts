/** A server that takes over finds everything the kernel refers to, whatever it has forgotten besides. */

import assert from "node:assert/strict";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { link, rename, unlink } from "../../src/tree/operations/names.ts";
import type { Random } from "../support/random.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { restoreNodes } from "../../src/tree/replay/restore_nodes.ts";
import { Fixture, make, writeText } from "./fixture.ts";
import { type KernelModel, randomlyWithKernel, randomStep, withKernel } from "./kernel_model.ts";

const RUNS = 15;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

/** Something done to a node the kernel knows, with nothing loaded for it. */
function blindOperation(mount: KernelModel, random: Random): void {
  const { tree } = mount;
  const ids = [...mount.known.keys()];
  if (ids.length === 0) return;
  const inode = tree.node(ids[random(ids.length)]!)!;
  if (inode.isFile && random(3) > 0) writeText(tree, inode, 0, "x".repeat(1 + random(5000)));
  else if (!inode.isDirectory && inode.parent !== null) {
    unlink(tree, inode.parent, inode.name, false);
  }
  mount.answer();
  if (random(4) === 0) mount.checkpoint();
}

Deno.test("a file is found by a directory that the kernel has forgotten", () =>
  withKernel((mount) => {
    const { tree } = mount;
    const directories = ["a", "b"].map((name) => make(tree, tree.root, name, DIRECTORY));
    const file = make(tree, directories[0]!, "first", FILE);
    link(tree, file, directories[1]!, "second");
    mount.checkpoint();
    for (const inode of [...directories, file]) mount.lookup(inode);
    mount.forget(directories[0]!.nodeId);
    for (let i = 0; i < 3; i++) mount.replace();
  }));

Deno.test("a tree is idle once the kernel has given back the references that an earlier server gave it", () =>
  withKernel((mount) => {
    const file = make(mount.tree, mount.tree.root, "file", FILE);
    mount.lookup(mount.tree.root);
    mount.lookup(file);
    for (let i = 0; i < 2; i++) mount.replace();
    mount.forget(file.nodeId);
    assert.ok(!mount.tree.nodes.isIdle, "the kernel refers to the root");
    mount.replace();
    assert.ok(!mount.tree.nodes.isIdle, "the kernel refers to the root");
    mount.forget(mount.tree.root.nodeId);
    assert.ok(mount.tree.nodes.isIdle);
    mount.replace();
    assert.ok(mount.tree.nodes.isIdle);
  }));

/** Another server serves a stored file of two names, a/first and b/second, of which the kernel knows the first. */
function knownByOneName(mount: KernelModel): { a: Inode; file: Inode } {
  const [a, b] = ["a", "b"].map((name) => make(mount.tree, mount.tree.root, name, DIRECTORY)) as [
    Inode,
    Inode,
  ];
  const file = make(mount.tree, a, "first", FILE);
  link(mount.tree, file, b, "second");
  mount.checkpoint();
  for (const inode of [a, file]) mount.lookup(inode);
  mount.replace();
  return { a, file };
}

Deno.test("a file whose known name is removed is the one that has another name", () =>
  withKernel((mount) => {
    const { a, file } = knownByOneName(mount);
    // The directory of the other name is not loaded in this server, nor in those that follow.
    unlink(mount.tree, mount.tree.node(a.nodeId)!, "first", false);
    mount.answer();
    mount.replace();
    mount.checkpoint();
    writeText(mount.tree, mount.tree.node(file.nodeId)!, 0, "written without a name");
    mount.replace();
    mount.checkpoint();
    mount.replace();
    writeText(mount.tree, mount.tree.node(file.nodeId)!, 0, "and once more, which is longer");
    mount.replace();
    const found = mount.tree.lookup(mount.tree.lookup(mount.tree.root, "b") as Inode, "second");
    assert.equal(found, mount.tree.node(file.nodeId));
    assert.equal((found as Inode).size, 30);
  }));

Deno.test("a file of which no name is loaded has an id of its own", () =>
  withKernel((mount) => {
    // Their ids are the lowest, as are those of what the next server loads first.
    for (let i = 0; i < 8; i++) mount.lookup(make(mount.tree, mount.tree.root, `low ${i}`, FILE));
    const { a, file } = knownByOneName(mount);
    unlink(mount.tree, mount.tree.node(a.nodeId)!, "first", false);
    mount.answer();
    mount.checkpoint();
    mount.replace();
    // The journal names it by its number.
    writeText(mount.tree, mount.tree.node(file.nodeId)!, 0, "written without a name");
    mount.forget(file.nodeId);
    mount.replace();
    const found = mount.tree.lookup(mount.tree.lookup(mount.tree.root, "b") as Inode, "second");
    assert.ok(!mount.known.has((found as Inode).nodeId), "the kernel knows another by its id");
    mount.lookup(found as Inode);
    mount.replace();
  }));

Deno.test("a file is found in a directory that is younger than it, and has moved since", () =>
  withKernel((mount) => {
    const file = make(mount.tree, mount.tree.root, "file", FILE);
    mount.lookup(file);
    const directory = make(mount.tree, mount.tree.root, "directory", DIRECTORY);
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
  randomlyWithKernel(RUNS, (mount, random) => {
    for (let step = 0; step < STEPS; step++) {
      randomStep(mount, random, 2);
      if (random(25) === 0) mount.checkpoint();
      if (random(25) === 0) {
        mount.replace();
        for (let i = random(6); i > 0; i--) blindOperation(mount, random);
      }
    }
  });
});

Deno.test("a file that the kernel forgot before its directory has its id again in another server", () => {
  const fixture = new Fixture();
  try {
    const { tree } = fixture;
    const directory = make(tree, tree.root, "d", DIRECTORY);
    const file = make(tree, directory, "f", FILE);
    const forgotten = new Map([
      [1002, { ino: file.ino, lookups: 0, parent: 1001, name: "f" }],
      [1001, { ino: directory.ino, lookups: 0, parent: 1, name: "d" }],
    ]);
    assert.deepEqual(restoreNodes(tree, replay(tree, []), new Map(), forgotten), []);
    assert.deepEqual([file.nodeId, directory.nodeId], [1002, 1001]);
  } finally {
    fixture.close();
  }
});
