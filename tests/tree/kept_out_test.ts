/** Files that the system makes for itself are in the working tree and in no checkpoint. */

import assert from "node:assert/strict";
import { S_IFDIR, S_IFREG, type Snapshot } from "../../src/store/trees/entry.ts";
import { liveReferences } from "../../src/tree/capture/live_references.ts";
import { revert, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { keptOutFiles } from "../../src/tree/kept_out.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { read, resize } from "../../src/tree/operations/data.ts";
import { link, rename, unlink } from "../../src/tree/operations/names.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { renumberNodes } from "../../src/tree/replay/restore_nodes.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { type Random, repeat } from "../support/random.ts";
import { dump, Fixture, make, randomOperation, writeText } from "./fixture.ts";

const FILE = S_IFREG | 0o644;
const OTHER_SEGMENT = 1000;

function test(name: string, run: (fixture: Fixture) => void): void {
  Deno.test(name, () => withFixture((name) => name.startsWith("._"), run));
}

function withFixture(keepsOut: (name: string) => boolean, run: (fixture: Fixture) => void): void {
  const fixture = new Fixture(undefined, keepsOut);
  try {
    run(fixture);
  } finally {
    fixture.close();
  }
}

function textOf(tree: WorkingTree, inode: Inode): string {
  const bytes = new Uint8Array(inode.size);
  assert.equal(read(tree, inode, 0, bytes, 0, bytes.length), bytes.length);
  return new TextDecoder().decode(bytes);
}

function textAt(tree: WorkingTree, name: string): string | number {
  const inode = tree.lookup(tree.root, name);
  return typeof inode === "number" ? inode : textOf(tree, inode);
}

function makeText(tree: WorkingTree, name: string, text: string, parent = tree.root): Inode {
  const inode = make(tree, parent, name, FILE);
  writeText(tree, inode, 0, text);
  return inode;
}

/** What a tree that begins with the snapshot shows. */
function stored(fixture: Fixture, snapshot: Snapshot): Map<string, unknown> {
  const loaded = fixture.open(snapshot, OTHER_SEGMENT);
  try {
    return dump(loaded);
  } finally {
    loaded.journal.close();
    Deno.removeSync(`${fixture.journalPath}/${String(OTHER_SEGMENT).padStart(10, "0")}.journal`);
  }
}

const names = (state: ReadonlyMap<string, unknown>) => [...state.keys()].filter((path) => path);

/** As a start after a daemon's end: with those segments that the last checkpoint left. */
function restart(fixture: Fixture, base: Snapshot, first: number): void {
  const segments = listSegments(fixture.journalPath).filter((segment) => segment >= first);
  fixture.tree.journal.close();
  fixture.tree = fixture.open(base, segments.at(-1)! + 1, fixture.tree.nextInode);
  const report = replay(fixture.tree, segments);
  assert.deepEqual([report.damage, report.tornBytes], [null, 0]);
  renumberNodes(fixture.tree, report.largestNodeId);
}

test("one is no change, is in no checkpoint, and is there after each and after a restart", (fixture) => {
  const { tree } = fixture;
  makeText(tree, "a", "a");
  const own = makeText(tree, "._a", "first text");
  assert.deepEqual(names(stored(fixture, fixture.checkpoint())), ["/a"]);
  writeText(tree, own, 0, "other");
  assert.equal(tree.isChanged, false);
  makeText(tree, "b", "b");
  const base = fixture.checkpoint();
  assert.deepEqual(names(stored(fixture, base)), ["/a", "/b"]);
  assert.equal(textAt(tree, "._a"), "other text");
  const { segment } = tree.journal;
  for (let i = 0; i < 2; i++) {
    restart(fixture, base, segment);
    assert.equal(textAt(fixture.tree, "._a"), "other text");
    assert.equal(fixture.tree.isChanged, false);
  }
});

test("what is renamed to and from such a name is gone from checkpoints and comes back", (fixture) => {
  const { tree } = fixture;
  const inode = makeText(tree, "a", "text");
  fixture.checkpoint();
  rename(tree, tree.root, "a", tree.root, "._a", 0);
  const without = fixture.checkpoint(() => rename(tree, tree.root, "._a", tree.root, "b", 0));
  assert.deepEqual(names(stored(fixture, without)), []);
  assert.equal(textOf(tree, inode), "text");
  const base = fixture.checkpoint();
  assert.deepEqual(names(stored(fixture, base)), ["/b"]);
  restart(fixture, base, tree.journal.segment);
  assert.equal(textAt(fixture.tree, "b"), "text");
});

test("its bytes are not garbage", (fixture) => {
  const { tree } = fixture;
  makeText(tree, "a", "x".repeat(100_000));
  fixture.checkpoint();
  const { content } = tree.lookup(tree.root, "a") as Inode;
  rename(tree, tree.root, "a", tree.root, "._a", 0);
  fixture.checkpoint();
  const { content: id } = content as { content: string } & typeof content;
  assert.ok(liveReferences(tree).some((reference) => reference.id === id));
});

test("what the project has under such a name is recorded, and so are directories and links", (fixture) => {
  const { tree } = fixture;
  tree.keepsOut = () => false;
  makeText(tree, "._a", "the project's");
  fixture.checkpoint();
  tree.keepsOut = fixture.keepsOut;
  unlink(tree, tree.root, "._a", false);
  makeText(tree, "._a", "of a program");
  make(tree, tree.root, "._d", S_IFDIR | 0o755);
  const linked = makeText(tree, "._l", "linked");
  assert.equal([...keptOutFiles(tree)].length, 1);
  link(tree, linked, tree.root, "l");
  assert.deepEqual([...keptOutFiles(tree)], []);
  const base = fixture.checkpoint();
  assert.deepEqual(names(stored(fixture, base)).sort(), ["/._a", "/._d", "/._l", "/l"]);
  restart(fixture, base, tree.journal.segment);
  assert.equal(textAt(fixture.tree, "._a"), "of a program");
  assert.equal(textAt(fixture.tree, "l"), "linked");
});

test("a rollback leaves it where its directory stays", (fixture) => {
  const { tree } = fixture;
  make(tree, tree.root, "stays", S_IFDIR | 0o755);
  const before = fixture.checkpoint();
  for (const name of ["stays", "goes"]) {
    const directory = name === "stays"
      ? tree.lookup(tree.root, name) as Inode
      : make(tree, tree.root, name, S_IFDIR | 0o755);
    makeText(tree, "._x", name, directory);
    makeText(tree, "x", name, directory);
  }
  const after = fixture.checkpoint();
  retarget(tree, before);
  assert.deepEqual(names(dump(tree)), ["/stays", "/stays/._x"]);
  retarget(tree, after);
  assert.deepEqual(names(dump(tree)).sort(), [
    "/goes",
    "/goes/x",
    "/stays",
    "/stays/._x",
    "/stays/x",
  ]);
});

test("where a rollback brings a file of the name, that is there, after a restart too", (fixture) => {
  const { tree } = fixture;
  tree.keepsOut = () => false;
  makeText(tree, "._a", "recorded");
  const before = fixture.checkpoint();
  tree.keepsOut = fixture.keepsOut;
  unlink(tree, tree.root, "._a", false);
  fixture.checkpoint();
  makeText(tree, "._a", "kept out");
  const { segment } = tree.journal;
  fixture.checkpoint();
  retarget(tree, before);
  assert.equal(textAt(tree, "._a"), "recorded");
  restart(fixture, before, segment + 1);
  assert.equal(textAt(fixture.tree, "._a"), "recorded");
});

for (const text of ["text", ""]) {
  test(`one of which ${text.length} bytes were stored has its size in the store once it has grown and a server has died`, (fixture) => {
    const { tree } = fixture;
    makeText(tree, "a", text);
    fixture.checkpoint();
    rename(tree, tree.root, "a", tree.root, "._a", 0);
    resize(tree, tree.lookup(tree.root, "._a") as Inode, 100_000, false);
    const { segment } = tree.journal;
    restart(fixture, fixture.checkpoint(), segment + 1);
    rename(fixture.tree, fixture.tree.root, "._a", fixture.tree.root, "b", 0);
    const grown = dump(fixture.tree);
    assert.deepEqual(stored(fixture, fixture.checkpoint()), grown);
  });
}

/** The state without what is kept out. */
function recorded({ tree }: Fixture): Map<string, unknown> {
  const state = dump(tree);
  for (const { parent, inode } of keptOutFiles(tree)) {
    const way = [inode.name];
    for (let at = parent; at.parent !== null; at = at.parent) way.unshift(at.name);
    assert.ok(state.delete(`/${way.join("/")}`));
  }
  return state;
}

Deno.test("checkpoints at random have all but what is kept out, and restarts have all", () =>
  repeat(60, (random: Random) =>
    withFixture((name) => name === "d", (fixture) => {
      const work = () => {
        for (let i = 0; i < 60; i++) randomOperation(fixture.tree, random);
      };
      for (let round = 0; round < 4; round++) {
        work();
        if (random(4) === 0) {
          const { pending } = takeCapture(fixture.tree);
          work();
          revert(fixture.tree, pending);
        }
        const taken = recorded(fixture);
        const base = fixture.checkpoint(random(2) === 0 ? work : () => {});
        assert.deepEqual(stored(fixture, base), taken);
        const { segment } = fixture.tree.journal;
        if (random(2) === 0) work();
        const expected = dump(fixture.tree);
        restart(fixture, base, segment);
        assert.deepEqual(dump(fixture.tree), expected);
      }
    })));
