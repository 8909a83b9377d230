/** A server that takes over finds everything the kernel refers to, whatever it has forgotten besides. */

import assert from "node:assert/strict";
import type { Snapshot } from "../../src/store/entry.ts";
import type { Inode } from "../../src/tree/inode.ts";
import { Journal, listSegments } from "../../src/tree/journal.ts";
import { NodeLog } from "../../src/tree/node_log.ts";
import { create, link } from "../../src/tree/names.ts";
import { replay } from "../../src/tree/replay.ts";
import { renumberNodes, restoreNodes } from "../../src/tree/restore_nodes.ts";
import { beginSegment } from "../../src/tree/take_capture.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { Fixture, randomness, randomOperation } from "./fixture.ts";

const SEED = Number(Deno.env.get("AGENTVFS_SEED") ?? Date.now() % 1_000_000);
const RUNS = 15;
const STEPS = 400;
const FILE = 0o100644;
const DIRECTORY = 0o040755;

type Random = (below: number) => number;

/** A tree whose servers die, and what the kernel knows of it. */
class Mount {
  readonly fixture = new Fixture();
  /** Inode numbers by node id. */
  readonly known = new Map<number, number>();
  #base: Snapshot = this.fixture.tree.base!;
  #first = this.fixture.tree.journal.segment;

  constructor() {
    this.fixture.tree.nodes.log = new NodeLog(this.#log);
  }

  get tree(): WorkingTree {
    return this.fixture.tree;
  }

  get #log(): string {
    return `${this.fixture.journalPath}/nodes`;
  }

  lookup(inode: Inode): void {
    this.tree.nodes.remember(inode);
    this.known.set(inode.nodeId, inode.ino);
    this.tree.nodes.flushLog();
  }

  forget(nodeId: number): void {
    this.tree.nodes.forget(nodeId, 2 ** 40);
    this.known.delete(nodeId);
    this.tree.nodes.flushLog();
  }

  checkpoint(): void {
    const changed = this.tree.isChanged;
    this.#base = this.fixture.checkpoint();
    if (changed) this.#first = this.tree.journal.segment;
  }

  /** Another server takes over. */
  replace(): void {
    const { fixture } = this;
    const { journal: old, nextInode, nodes: { log } } = this.tree;
    old.close();
    log!.close();
    const segments = listSegments(fixture.journalPath);
    const live = segments.filter((segment) => segment >= this.#first);
    const journal = new Journal(fixture.journalPath);
    const tree = new WorkingTree(fixture.store, null, journal, this.#base, nextInode);
    const report = replay(tree, live);
    assert.equal(report.damage, null);
    journal.takeOver(live, report.end);
    journal.segment = segments.at(-1)!;
    const { nodes } = NodeLog.load(this.#log);
    renumberNodes(tree, Math.max(report.largestNodeId, ...nodes.keys()));
    tree.nodes.log = new NodeLog(this.#log);
    assert.deepEqual(restoreNodes(tree, report, nodes), []);
    beginSegment(tree);
    tree.nodes.flushLog();
    fixture.tree = tree;
    const found = [...this.known.keys()].map((id) => [id, tree.node(id)?.ino]);
    assert.deepEqual(found, [...this.known]);
  }

  close(): void {
    this.tree.nodes.log!.close();
    this.fixture.close();
  }
}

function withMount(body: (mount: Mount) => void): void {
  const mount = new Mount();
  try {
    body(mount);
  } finally {
    mount.close();
  }
}

function randomInode(tree: WorkingTree, random: Random): Inode {
  let inode = tree.root;
  while (inode.isDirectory) {
    tree.load(inode);
    const children = [...inode.directory!.entries!.values()];
    if (children.length === 0 || inode !== tree.root && random(3) === 0) return inode;
    inode = children[random(children.length)]!.inode;
  }
  return inode;
}

Deno.test("a file is found by a directory that the kernel has forgotten", () =>
  withMount((mount) => {
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

Deno.test("whatever is looked up and forgotten, the next server knows what is left", () => {
  console.log(`seed ${SEED}`);
  for (let run = 0; run < RUNS; run++) {
    const random = randomness(SEED + run);
    try {
      withMount((mount) => {
        for (let step = 0; step < STEPS; step++) {
          randomOperation(mount.tree, random);
          // Before the answer.
          mount.tree.nodes.flushLog();
          if (random(2) === 0) mount.lookup(randomInode(mount.tree, random));
          const ids = [...mount.known.keys()].filter((id) => id !== 1);
          if (random(3) === 0 && ids.length > 0) mount.forget(ids[random(ids.length)]!);
          if (random(25) === 0) mount.checkpoint();
          if (random(25) === 0) mount.replace();
        }
      });
    } catch (cause) {
      throw new Error(`Failed with seed ${SEED + run}`, { cause });
    }
  }
});
