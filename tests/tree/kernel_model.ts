/**
 * A working tree, the kernel that refers to its nodes, and servers that die and take over.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, listSegments } from "../../src/tree/journal/journal.ts";
import { listNames, restoreListings } from "../../src/tree/operations/listing.ts";
import { loadNodes } from "../../src/tree/nodes/load_nodes.ts";
import { NodeLog } from "../../src/tree/nodes/node_log.ts";
import { logOrphans } from "../../src/tree/orphan.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { renumberNodes, restoreNodes } from "../../src/tree/replay/restore_nodes.ts";
import { retarget } from "../../src/tree/rollback/retarget.ts";
import { beginSegment, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { Status } from "../../src/tree/status.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { type Random, repeat, SEED } from "../support/random.ts";
import { dump, Fixture, randomOperation } from "./fixture.ts";

export class KernelModel {
  readonly fixture = new Fixture();
  /** Inode numbers by node id. */
  readonly known = new Map<number, number>();
  /** Of a mount's root the kernel counts none, of that of a view in it as of any node. */
  rootReferences = 0;
  #base: Snapshot = this.fixture.tree.base!;
  #first = this.fixture.tree.journal.segment;

  constructor() {
    this.tree.nodes.keepIn(new NodeLog(this.#log));
  }

  get tree(): WorkingTree {
    return this.fixture.tree;
  }

  get #log(): string {
    return `${this.fixture.journalPath}/nodes`;
  }

  /** What a server does before an answer. */
  answer(): void {
    this.tree.nodes.flushLog();
  }

  /** Somebody opens a directory to list it. */
  openDirectory(inode: Inode): Listing {
    this.lookup(inode);
    return new Listing(this, inode.nodeId);
  }

  lookup(inode: Inode): void {
    this.tree.nodes.remember(inode);
    if (inode === this.tree.root) this.rootReferences++;
    else this.known.set(inode.nodeId, inode.ino);
    this.answer();
  }

  /** The kernel forgets one of the nodes it knows. */
  forgetSome(random: Random): void {
    const ids = [...this.known.keys()];
    if (ids.length > 0) this.forget(ids[random(ids.length)]!);
  }

  forget(nodeId: number): void {
    this.tree.nodes.forget(nodeId, 2 ** 40);
    if (nodeId === this.tree.root.nodeId) this.rootReferences = 0;
    else this.known.delete(nodeId);
    this.answer();
  }

  checkpoint(take = takeCapture): Snapshot {
    const changed = this.tree.isChanged;
    this.#base = this.fixture.checkpoint(() => {}, this.tree, take);
    if (changed) this.#first = this.tree.journal.segment;
    return this.#base;
  }

  /**
   * The tree shows another snapshot, behind the kernel's back. `recorded`: the journal knows what it left behind. Returns what
   * the tree was.
   */
  rollback(to: Snapshot, recorded = true): Snapshot {
    this.checkpoint();
    const before = this.#base;
    beginSegment(this.tree);
    this.#first = this.tree.journal.segment;
    this.#base = to;
    retarget(this.tree, to);
    if (recorded) logOrphans(this.tree);
    for (const id of this.known.keys()) this.known.set(id, this.tree.node(id)!.ino);
    this.answer();
    return before;
  }

  /** Another server takes over. */
  replace(): void {
    const { fixture } = this;
    const { journal: old, nextInode, nodes: { log } } = this.tree;
    const state = dump(this.tree);
    old.close();
    log!.close();
    const segments = listSegments(fixture.journalPath);
    const live = segments.filter((segment) => segment >= this.#first);
    assert.deepEqual(this.#replayed(live, nextInode), state);
    const journal = new Journal(fixture.journalPath);
    const tree = new WorkingTree(fixture.store, null, journal, this.#base, nextInode);
    const report = replay(tree, live);
    assert.equal(report.damage, null);
    journal.takeOver(live, report.end);
    journal.segment = segments.at(-1)!;
    const { nodes, listings } = loadNodes(this.#log);
    renumberNodes(tree, Math.max(report.largestNodeId, ...nodes.keys()));
    tree.nodes.keepIn(new NodeLog(this.#log));
    assert.deepEqual(restoreNodes(tree, report, nodes), []);
    restoreListings(tree, listings);
    beginSegment(tree);
    tree.nodes.flushLog();
    fixture.tree = tree;
    assert.equal(tree.root.lookups, this.rootReferences + 1, "references of the root");
    const found = [...this.known.keys()].map((id) => [id, tree.node(id)?.ino]);
    assert.deepEqual(found, [...this.known]);
  }

  /** What a server would show. In a tree of its own, as looking at everything loads everything. */
  #replayed(live: readonly number[], nextInode: number): Map<string, unknown> {
    const journal = new Journal(this.fixture.journalPath);
    const tree = new WorkingTree(this.fixture.store, null, journal, this.#base, nextInode);
    replay(tree, live);
    const state = dump(tree);
    journal.close();
    return state;
  }

  close(): void {
    this.tree.nodes.log!.close();
    this.fixture.close();
  }
}

/** An open directory that is listed a few names at a time. */
export class Listing {
  /** What it gave so far, in order. */
  readonly names: string[] = [];
  /** Names that were always there, and that did not move, since it was opened. */
  readonly #steady: Map<string, number>;
  #cookie = 0;

  constructor(readonly mount: KernelModel, readonly nodeId: number) {
    this.#steady = this.#present();
  }

  #present(): Map<string, number> {
    const inode = this.mount.tree.node(this.nodeId)!;
    this.mount.tree.load(inode);
    return new Map([...inode.directory!.entries!].map(([name, { inode: { ino } }]) => [name, ino]));
  }

  /** To be called after each change of names. */
  changed(): void {
    const present = this.#present();
    for (const [name, ino] of this.#steady) {
      if (present.get(name) !== ino) this.#steady.delete(name);
    }
  }

  /** Returns false at the end. */
  read(count: number): boolean {
    let left = count;
    const { tree } = this.mount;
    const inode = tree.node(this.nodeId)!;
    // As the adapter does: after a new server nobody may have asked for the names yet.
    assert.equal(tree.load(inode), Status.Ok);
    listNames(tree, inode, this.#cookie, (name, { cookie }) => {
      if (left === 0) return false;
      left--;
      this.names.push(name);
      this.#cookie = cookie;
      return true;
    });
    this.mount.answer();
    return left === 0;
  }

  /** Reads the rest. What was always there has to have come once. */
  end(): void {
    while (this.read(5));
    const times = new Map<string, number>();
    for (const name of this.names) times.set(name, (times.get(name) ?? 0) + 1);
    const got = [...this.#steady.keys()].map((name) => [name, times.get(name) ?? 0]);
    assert.deepEqual(got, [...this.#steady.keys()].map((name) => [name, 1]));
  }
}

export function withKernel(body: (mount: KernelModel) => void): void {
  const mount = new KernelModel();
  try {
    body(mount);
  } finally {
    mount.close();
  }
}

export function randomInode(tree: WorkingTree, random: Random): Inode {
  let inode = tree.root;
  while (inode.isDirectory) {
    tree.load(inode);
    const children = [...inode.directory!.entries!.values()];
    if (children.length === 0 || inode !== tree.root && random(3) === 0) return inode;
    inode = children[random(children.length)]!.inode;
  }
  return inode;
}

/** As {@linkcode withKernel}, so many times with other random numbers each time. */
export function randomlyWithKernel(
  runs: number,
  body: (mount: KernelModel, random: Random) => void,
): void {
  console.log(`seed ${SEED}`);
  repeat(runs, (random) => withKernel((mount) => body(mount, random)));
}

/** One random operation of programs, and some lookups and forgets of the kernel's. */
export function randomStep(mount: KernelModel, random: Random, lookups: number): void {
  randomOperation(mount.tree, random);
  mount.answer();
  if (random(lookups) === 0) mount.lookup(randomInode(mount.tree, random));
  if (random(3) === 0) mount.forgetSome(random);
}
