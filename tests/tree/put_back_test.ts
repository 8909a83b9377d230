/**
 * What was removed a moment ago, put back for a checkpoint: the checkpoint has it, and nothing else knows of it.
 */

import assert from "node:assert/strict";
import { revert, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { SourceContent } from "../../src/tree/nodes/content.ts";
import { listSegments, segmentName } from "../../src/tree/journal/journal.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import type { SourcePath } from "../../src/tree/nodes/source_path.ts";
import { unlink } from "../../src/tree/operations/names.ts";
import { type Removed, withRemoved } from "../../src/tree/operations/put_back.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../src/store/trees/entry.ts";
import type { Random } from "../support/random.ts";
import { dump, Fixture, make, writeText } from "./fixture.ts";
import { randomInode, randomlyWithKernel, randomStep } from "./kernel_model.ts";

const RUNS = 60;
const STEPS = 60;

/** What {@linkcode dump} tells of a path. */
type State = Record<string, unknown>;

/** Removes a name, and all below it first, as rm -r does. */
function removeAll(tree: WorkingTree, parent: Inode, name: string, gone: Removed[]): void {
  const inode = tree.lookup(parent, name);
  if (typeof inode === "number") return;
  if (inode.directory !== null) {
    tree.load(inode);
    for (const below of [...inode.directory.entries!.keys()]) removeAll(tree, inode, below, gone);
  }
  if (unlink(tree, parent, name, inode.directory !== null) === 0) {
    gone.push({ parent, name, inode });
  }
}

function removeSome(tree: WorkingTree, random: Random, gone: Removed[]): void {
  const { parent, name } = randomInode(tree, random);
  if (parent !== null) removeAll(tree, parent, name, gone);
}

/** Times of directories and of changes are those of the removal, which happened. */
function lasting(state: unknown, path: string): State {
  const { ctimeSec: _1, ctimeNsec: _2, nlink: _3, first: _4, ...rest } = state as State;
  const { mtimeSec: _5, mtimeNsec: _6, blocks: _7, ...ofDirectory } = rest;
  return { path, ...(rest.bytes === null && rest.target === null ? ofDirectory : rest) };
}

/** The checkpoint has what was there before, but for names of files that had others. */
function assertHeld(before: Map<string, unknown>, held: Map<string, unknown>): void {
  for (const [path, state] of held) {
    assert.deepEqual(lasting(state, path), lasting(before.get(path) ?? {}, path));
  }
  for (const [path, state] of before) {
    const { nlink, mode } = state as { nlink: number; mode: number };
    const hasOthers = nlink > 1 && (mode & S_IFMT) !== S_IFDIR;
    assert.ok(held.has(path) || hasOthers, `${path} was left out`);
  }
}

for (const isStored of [true, false]) {
  const name = isStored ? "is in the checkpoint" : "is nowhere if that fails";
  Deno.test(`what was removed ${name}, and nobody else sees it`, () => {
    randomlyWithKernel(RUNS, (mount, random) => {
      const { tree, fixture } = mount;
      for (let i = 0; i < STEPS; i++) randomStep(mount, random, 2);
      if (random(2) === 0) mount.checkpoint();
      for (let i = 0; i < STEPS; i++) randomStep(mount, random, 2);
      const before = dump(tree);
      const gone: Removed[] = [];
      for (let i = random(4); i >= 0; i--) removeSome(tree, random, gone);
      mount.answer();
      const after = dump(tree);
      const take = (tree: WorkingTree) => withRemoved(tree, gone, () => takeCapture(tree));
      if (isStored) {
        const snapshot = mount.checkpoint(take);
        const loaded = fixture.open(snapshot, 1000, tree.nextInode, `${fixture.directory}/other`);
        assertHeld(before, dump(loaded));
        loaded.journal.close();
      } else {
        revert(tree, take(tree).pending);
      }
      mount.answer();
      assert.deepEqual(dump(tree), after);
      mount.replace();
      assert.deepEqual(dump(mount.tree), after);
      for (let i = 0; i < STEPS; i++) randomStep(mount, random, 2);
      mount.checkpoint();
      mount.replace();
    });
  });
}

Deno.test("whenever a server dies meanwhile, nothing comes back", () => {
  const fixture = new Fixture();
  try {
    const { tree, journalPath } = fixture;
    const kept = make(tree, tree.root, "kept", S_IFDIR | 0o755);
    const base = fixture.checkpoint();
    const first = tree.journal.segment;
    const above = make(tree, kept, "above", S_IFDIR | 0o755);
    for (const parent of [kept, above]) {
      for (const name of ["one", "two"]) {
        writeText(tree, make(tree, parent, name, S_IFREG | 0o644), 0, name);
      }
    }
    const gone: Removed[] = [];
    for (const name of ["above", "one"]) removeAll(tree, kept, name, gone);
    const after = dump(tree);
    withRemoved(tree, gone, () => takeCapture(tree));
    const segments = listSegments(journalPath).filter((segment) => segment >= first);
    const last = segmentName(segments.at(-1)!);
    const { size } = Deno.statSync(`${journalPath}/${last}`);
    for (let length = 0; length <= size; length += 5) {
      const path = `${fixture.directory}/${length}`;
      Deno.mkdirSync(path);
      for (const segment of segments.map(segmentName)) {
        Deno.copyFileSync(`${journalPath}/${segment}`, `${path}/${segment}`);
      }
      Deno.truncateSync(`${path}/${last}`, length);
      const other = fixture.open(base, segments.at(-1)! + 1, tree.nextInode, path);
      replay(other, segments);
      assert.deepEqual(dump(other), after, `${length} of ${size} bytes`);
      other.journal.close();
    }
  } finally {
    fixture.close();
  }
});

Deno.test("what has another's name now, no directory, no bytes, or no place in a checkpoint stays away", () => {
  const fixture = new Fixture(undefined, (name) => name === "kept out");
  try {
    const { tree } = fixture;
    const gone: Removed[] = [];
    const [there, lost] = ["there", "lost"].map((name) =>
      make(tree, tree.root, name, S_IFDIR | 0o755)
    );
    for (const name of ["taken", "free", "kept out"]) {
      writeText(tree, make(tree, there!, name, S_IFREG | 0o644), 0, name);
    }
    writeText(tree, make(tree, lost!, "file", S_IFREG | 0o644), 0, "lost");
    const importing = make(tree, there!, "importing", S_IFREG | 0o644);
    importing.content = new SourceContent({ parent: null, name: "importing" } as SourcePath, 5, 8);
    importing.size = 5;
    for (const name of ["taken", "free", "kept out", "importing"]) {
      removeAll(tree, there!, name, gone);
    }
    // Who removed the directory is not known.
    removeAll(tree, tree.root, "lost", []);
    gone.push({ parent: lost!, name: "file", inode: make(tree, there!, "taken", S_IFREG | 0o600) });
    let names: string[] = [];
    withRemoved(tree, gone, () => names = [...dump(tree).keys()]);
    assert.deepEqual(names, ["", "/there", "/there/free", "/there/taken"]);
    assert.deepEqual([...dump(tree).keys()], ["", "/there", "/there/taken"]);
    assert.throws(() =>
      withRemoved(tree, gone, () => {
        throw new Error("as a test wants it");
      })
    );
    assert.deepEqual([...dump(tree).keys()], ["", "/there", "/there/taken"]);
  } finally {
    fixture.close();
  }
});
