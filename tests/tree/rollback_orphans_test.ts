/** Whoever has a file open when a rollback replaces it keeps that file: its bytes, and what is written to them. */

import assert from "node:assert/strict";
import { read } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { link, unlink } from "../../src/tree/operations/names.ts";
import { readTarget } from "../../src/tree/operations/read.ts";
import { make, writeText } from "./fixture.ts";
import { type KernelModel, randomlyWithKernel, randomStep, withKernel } from "./kernel_model.ts";

const RUNS = 12;
const STEPS = 60;
const ROUNDS = 8;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

function bytesOf({ tree }: KernelModel, inode: Inode): string {
  if (inode.isSymlink) return String(readTarget(tree, inode));
  const bytes = new Uint8Array(inode.size);
  assert.equal(read(tree, inode, 0, bytes, 0, bytes.length), bytes.length);
  return new TextDecoder("latin1").decode(bytes);
}

/** What the kernel's files hold, by node id. */
function contents(mount: KernelModel): Map<number, string> {
  const files = [...mount.known.keys()].map((id) => mount.tree.node(id)!)
    .filter((inode) => inode.isFile || inode.isSymlink);
  return new Map(files.map((inode) => [inode.nodeId, bytesOf(mount, inode)]));
}

Deno.test("a file that was replaced or removed goes on, apart from the one that has its name", () =>
  withKernel((mount) => {
    const { root } = mount.tree;
    const file = make(mount.tree, root, "file", FILE);
    writeText(mount.tree, file, 0, "first");
    mount.checkpoint();
    const first = mount.tree.base!;
    const { ino } = file;
    writeText(mount.tree, file, 0, "other");
    const made = make(mount.tree, root, "made", FILE);
    writeText(mount.tree, made, 0, "made");
    for (const inode of [file, made]) mount.lookup(inode);
    mount.rollback(first);
    const now = mount.tree.lookup(root, "file") as Inode;
    assert.notEqual(now, file);
    assert.deepEqual([now.ino, now.nlink, bytesOf(mount, now)], [ino, 1, "first"]);
    assert.deepEqual([file.nlink, bytesOf(mount, file)], [0, "other"]);
    assert.notEqual(file.ino, ino);
    assert.equal(bytesOf(mount, made), "made");
    writeText(mount.tree, file, 5, " and more");
    for (let i = 0; i < 3; i++) {
      mount.replace();
      const [orphan, other] = [file, made].map(({ nodeId }) => mount.tree.node(nodeId)!);
      assert.deepEqual([bytesOf(mount, orphan!), orphan!.nlink], ["other and more", 0]);
      assert.equal(bytesOf(mount, other!), "made");
      assert.equal(bytesOf(mount, mount.tree.lookup(mount.tree.root, "file") as Inode), "first");
      make(mount.tree, mount.tree.root, `after ${i}`, FILE);
      mount.checkpoint();
    }
    for (const { nodeId } of [file, made]) mount.forget(nodeId);
    assert.equal(mount.tree.nodes.orphans.size, 0, "what nobody refers to is gone");
  }));

Deno.test("what is written to a replaced file before it is recorded is not lost", () =>
  withKernel((mount) => {
    const file = make(mount.tree, mount.tree.root, "file", FILE);
    mount.checkpoint();
    const empty = mount.tree.base!;
    writeText(mount.tree, file, 0, "a long text");
    mount.lookup(file);
    mount.rollback(empty, false);
    writeText(mount.tree, file, 2, "short");
    mount.replace();
    assert.equal(bytesOf(mount, mount.tree.node(file.nodeId)!), "a shorttext");
  }));

Deno.test("a file that loses the one name that is loaded goes on being the one of the other", () =>
  withKernel((mount) => {
    const [a, b] = ["a", "b"].map((name) => make(mount.tree, mount.tree.root, name, DIRECTORY)) as [
      Inode,
      Inode,
    ];
    const file = make(mount.tree, a, "first", FILE);
    link(mount.tree, file, a, "third");
    mount.checkpoint();
    const two = mount.tree.base!;
    link(mount.tree, file, b, "second");
    // It is found by that name from now on.
    for (const name of ["first", "third"]) {
      unlink(mount.tree, a, name, false);
      link(mount.tree, file, a, name);
    }
    mount.lookup(b);
    mount.lookup(file);
    mount.checkpoint();
    mount.replace();
    // Only b/second is loaded.
    const known = mount.tree.node(file.nodeId)!;
    assert.deepEqual(known.names!.map(({ name }) => name), ["second"]);
    mount.rollback(two);
    const again = mount.tree.lookup(mount.tree.lookup(mount.tree.root, "a") as Inode, "first");
    assert.equal(again, known);
    assert.equal(known.nlink, 2);
    mount.replace();
  }));

Deno.test("a file whose names were all removed and that a rollback brings back is a new one, beside what is open", () =>
  withKernel((mount) => {
    const { root } = mount.tree;
    const file = make(mount.tree, root, "first", FILE);
    link(mount.tree, file, root, "second");
    writeText(mount.tree, file, 0, "stored");
    mount.checkpoint();
    const two = mount.tree.base!;
    const { ino } = file;
    mount.lookup(file);
    for (const name of ["first", "second"]) unlink(mount.tree, root, name, false);
    mount.rollback(two);
    const names = () =>
      ["first", "second"].map((name) => mount.tree.lookup(mount.tree.root, name) as Inode);
    const [now, other] = names();
    assert.equal(now, other);
    assert.notEqual(now, file);
    assert.deepEqual([now!.ino, now!.nlink], [ino, 2]);
    assert.notEqual(file.ino, ino);
    writeText(mount.tree, now!, 0, "new");
    writeText(mount.tree, file, 0, "old");
    for (let i = 0; i < 2; i++) {
      mount.replace();
      assert.deepEqual(names().map((inode) => bytesOf(mount, inode)), ["newred", "newred"]);
      const orphan = mount.tree.node(file.nodeId)!;
      assert.deepEqual([orphan.nlink, bytesOf(mount, orphan)], [0, "oldred"]);
      assert.notEqual(orphan.ino, ino);
      mount.checkpoint();
    }
  }));

Deno.test("random work and rollbacks: every file that is open keeps its bytes, in the servers that follow too", () => {
  randomlyWithKernel(RUNS, (mount, random) => {
    const snapshots = [mount.tree.base!];
    for (let round = 0; round < ROUNDS; round++) {
      for (let step = 0; step < STEPS; step++) randomStep(mount, random, 2);
      const before = contents(mount);
      snapshots.push(mount.rollback(snapshots[random(snapshots.length)]!));
      assert.deepEqual(contents(mount), before);
      if (random(2) === 0) mount.replace();
      assert.deepEqual(contents(mount), before);
    }
  });
});
