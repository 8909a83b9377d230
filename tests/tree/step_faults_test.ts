/**
 * A fault at every step of a checkpoint, a rollback and the end of an import: afterwards all is as before, goes on, is in
 * the next checkpoint, and is there in the next server.
 */

import assert from "node:assert/strict";
import * as fs from "node:fs";
import { binaryString } from "../../ffi/binary_string.ts";
import { JournalReader } from "../../src/daemon/background/journal_reader.ts";
import { buildSnapshot } from "../../src/history/snapshots/build_snapshot.ts";
import { SourceDirectory } from "../../src/source/read_source.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { adoptImport } from "../../src/tree/rollback/adopt_import.ts";
import { setXattr } from "../../src/tree/operations/attributes.ts";
import { resize } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments, segmentName } from "../../src/tree/journal/journal.ts";
import { create, link, rename, unlink } from "../../src/tree/operations/names.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { Status } from "../../src/tree/status.ts";
import {
  type PendingCapture,
  revert,
  settle,
  takeCapture,
} from "../../src/tree/capture/take_capture.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import { failAtStep, type StepOutcome } from "../support/fail_at_step.ts";
import { FaultyCalls, type Site } from "../support/faulty_calls.ts";
import { dump, Fixture, make, writeText } from "./fixture.ts";

/** Rounds are as different as their trees: a few in a row have to have fewer steps than the one that is to fail. */
const ROUNDS_WITHOUT_FAULT = 3;
/** Number of a segment that no checkpoint has. */
const OTHER_SEGMENT = 1_000_000;

const FILE = 0o100644;
const DIRECTORY = 0o040755;

/** Changes one of everything: contents, names, links, attributes, and a file that is open and has no name. */
function change(tree: WorkingTree, turn: number): void {
  const at = (parent: Inode, name: string, mode: number) => {
    const found = tree.lookup(parent, name);
    return typeof found === "number" ? make(tree, parent, name, mode) : found;
  };
  const [a, b] = [at(tree.root, "a", DIRECTORY), at(tree.root, "b", DIRECTORY)];
  const deep = at(at(a, "deep", DIRECTORY), "deeper", DIRECTORY);
  writeText(tree, at(deep, "file", FILE), turn % 7, `turn ${turn}`);
  resize(tree, at(deep, "cut", FILE), 100 + turn % 3, false);
  setXattr(tree, at(b, "attributes", FILE), "user.turn", new TextEncoder().encode(`${turn}`), 0);
  create(tree, b, `link ${turn}`, 0o120777, 0, 0, 0, `${turn}`);
  unlink(tree, b, `link ${turn - 1}`, false);
  const linked = at(a, "linked", FILE);
  writeText(tree, linked, 0, `${turn}`);
  if (link(tree, linked, b, "linked too") !== Status.Ok) unlink(tree, b, "linked too", false);
  at(deep, "moved", DIRECTORY);
  rename(
    tree,
    ...(turn % 2 === 0 ? [deep, "moved", b, "moved"] : [b, "moved", a, "moved"]) as Move,
    0,
  );
  const open = make(tree, a, "open", FILE);
  writeText(tree, open, 0, `open ${turn}`);
  for (const { nodeId } of tree.nodes.orphans) tree.nodes.forget(nodeId, 1);
  tree.nodes.remember(open);
  unlink(tree, a, "open", false);
}

type Move = [Inode, string, Inode, string];

class Machine {
  readonly fixture = new Fixture();
  /** What a branch's row says: the snapshot, and the first journal segment that is not in it. */
  #row: { snapshot: Snapshot; segment: number };
  #turn = 0;

  constructor() {
    this.#row = { snapshot: this.tree.base!, segment: 1 };
  }

  get tree(): WorkingTree {
    return this.fixture.tree;
  }

  work(): void {
    change(this.tree, this.#turn++);
  }

  /** Stores what was taken, and moves the row. */
  store({ capture, pending }: ReturnType<typeof takeCapture>) {
    const journal = new JournalReader(this.fixture.journalPath);
    const built = buildSnapshot(this.fixture.store, capture, (...at) => journal.read(...at));
    this.fixture.store.commit();
    journal.close();
    this.#row = { snapshot: built.snapshot, segment: pending.segment };
    return built;
  }

  checkpoint(): Snapshot {
    const taken = takeCapture(this.tree);
    const { snapshot, slots } = this.store(taken);
    settle(this.tree, taken.pending, snapshot, slots);
    return snapshot;
  }

  /** The tree is `expected`, and so it is in the next server, and so the next checkpoint stores it. */
  checkWhole(expected: unknown): void {
    assert.deepEqual(dump(this.tree), expected, "as before");
    this.#checkRestarted(expected);
    assert.equal(this.tree.isCapturing, false);
    const snapshot = this.checkpoint();
    assert.deepEqual(dump(this.tree), expected, "after the next checkpoint");
    this.#checkLoaded(snapshot, expected);
    this.#checkRestarted(expected);
  }

  #checkRestarted(expected: unknown): void {
    const { snapshot, segment } = this.#row;
    const segments = listSegments(this.fixture.journalPath).filter((one) => one >= segment);
    this.#withOther(snapshot, (tree) => {
      const { damage, lost } = replay(tree, segments);
      assert.deepEqual([damage, lost], [null, []]);
      assert.deepEqual(dump(tree), expected, "in the next server");
    });
  }

  #checkLoaded(snapshot: Snapshot, expected: unknown): void {
    this.#withOther(snapshot, (tree) => assert.deepEqual(dump(tree), expected, "what is stored"));
  }

  #withOther(snapshot: Snapshot, use: (tree: WorkingTree) => void): void {
    const tree = this.fixture.open(snapshot, OTHER_SEGMENT, this.tree.nextInode);
    use(tree);
    tree.journal.close();
    Deno.removeSync(`${this.fixture.journalPath}/${segmentName(OTHER_SEGMENT)}`);
  }
}

/** Runs `round` with a fault at step 1, 2, … until its job has no more steps. It tells what came of it. */
function atEveryStep(name: string, round: (machine: Machine, step: number) => StepOutcome): void {
  Deno.test(name, () => {
    const machine = new Machine();
    try {
      let step = 1;
      for (let without = 0; without < ROUNDS_WITHOUT_FAULT; step++) {
        machine.work();
        without = round(machine, step) === "over" ? without + 1 : 0;
      }
      assert.ok(step > ROUNDS_WITHOUT_FAULT + 1, "no fault was met");
    } finally {
      machine.fixture.close();
    }
  });
}

atEveryStep("a fault while a capture is taken", (machine, step) => {
  const { tree } = machine;
  const expected = dump(tree);
  let pending: PendingCapture | null = null;
  const outcome = failAtStep(step, () => pending = takeCapture(tree).pending);
  if (outcome !== "failed") revert(tree, pending!);
  machine.checkWhole(expected);
  return outcome;
});

atEveryStep("a fault while the tree is put on what was stored", (machine, step) => {
  const { tree } = machine;
  const taken = takeCapture(tree);
  machine.work();
  const expected = dump(tree);
  const { snapshot, slots } = machine.store(taken);
  const outcome = failAtStep(step, () => settle(tree, taken.pending, snapshot, slots));
  assert.deepEqual(dump(tree), expected);
  if (outcome === "failed") revert(tree, taken.pending);
  machine.checkWhole(expected);
  return outcome;
});

atEveryStep("a fault while a capture is taken back", (machine, step) => {
  const { tree } = machine;
  const { pending } = takeCapture(tree);
  machine.work();
  const expected = dump(tree);
  const outcome = failAtStep(step, () => revert(tree, pending));
  assert.deepEqual(dump(tree), expected);
  if (outcome === "failed") revert(tree, pending);
  machine.checkWhole(expected);
  return outcome;
});

atEveryStep("a fault while a tree is rolled back", (machine, step) => {
  const { tree } = machine;
  const [before, first] = [dump(tree), machine.checkpoint()];
  machine.work();
  const [after, second] = [dump(tree), machine.checkpoint()];
  const outcome = failAtStep(step, () => retarget(tree, first));
  assert.deepEqual(dump(tree), outcome === "failed" ? after : before);
  retarget(tree, first);
  assert.deepEqual(dump(tree), before);
  retarget(tree, second);
  machine.checkWhole(after);
  return outcome;
});

const SITES: readonly Site[] = [
  { name: "the segment cannot be made", call: "open", path: /\.journal$/ },
  { name: "its beginning cannot be written", call: "pwrite", path: /\.journal$/ },
  { name: "its name cannot be made durable", call: "fsync", path: /./ },
];

for (const site of SITES) {
  Deno.test(`a checkpoint whose journal segment cannot be begun: ${site.name}`, () => {
    const machine = new Machine();
    const { fixture } = machine;
    try {
      const calls = new FaultyCalls();
      fixture.tree.journal.close();
      Deno.removeSync(`${fixture.journalPath}/${segmentName(1)}`);
      const journal = new Journal(fixture.journalPath, undefined, calls);
      const base = fixture.tree.base!;
      fixture.tree = new WorkingTree(fixture.store, null, journal, base, FIRST_OWN_INODE);
      journal.begin(1);
      machine.work();
      const expected = dump(machine.tree);
      calls.set(site, "EIO");
      assert.throws(() => takeCapture(machine.tree));
      assert.ok(calls.hits > 0);
      calls.clear();
      machine.checkWhole(expected);
    } finally {
      fixture.close();
    }
  });
}

Deno.test("a fault at every step of the end of an import", async () => {
  const fixture = new Fixture();
  const project = `${fixture.directory}/project`;
  fs.mkdirSync(`${project}/a/b`, { recursive: true });
  for (const name of ["a/b/one", "a/linked", "three"]) fs.writeFileSync(`${project}/${name}`, name);
  fs.linkSync(`${project}/three`, `${project}/a/three`);
  fs.linkSync(`${project}/a/b/one`, `${fixture.directory}/outside`);
  const source = new SourceDirectory(binaryString(project));
  const snapshot = await fixture.import(source);
  const root = source.root();
  assert.ok(typeof root !== "number");
  let step = 1;
  for (let without = 0; without < ROUNDS_WITHOUT_FAULT; step++) {
    const journal = new Journal(`${fixture.directory}/journal-${step}`);
    const tree: WorkingTree = new WorkingTree(
      fixture.store,
      source,
      journal,
      { source: root },
      FIRST_OWN_INODE,
    );
    journal.begin(1);
    dump(tree);
    change(tree, step);
    const before = dump(tree);
    const outcome = failAtStep(step, () => adoptImport(tree, snapshot));
    if (outcome === "failed") {
      assert.equal(tree.base, null);
      assert.deepEqual(dump(tree), before);
      adoptImport(tree, snapshot);
    }
    assert.deepEqual(withoutLinks(dump(tree)), withoutLinks(before));
    journal.close();
    without = outcome === "over" ? without + 1 : 0;
  }
  assert.ok(step > ROUNDS_WITHOUT_FAULT + 1, "no fault was met");
  source.close();
  fixture.close();
});

/** Names outside the project count until the import has ended. */
function withoutLinks(state: Map<string, unknown>): Map<string, unknown> {
  return new Map([...state].map(([path, one]) => [path, { ...one as object, nlink: 0 }]));
}
