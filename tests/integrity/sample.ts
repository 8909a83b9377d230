/**
 * A store as a daemon leaves it, without a daemon: random operations on a working tree, checkpoints of it, and a
 * journal with what came after the last one.
 *
 * @module
 */

import { JournalReader } from "../../src/daemon/background/journal_reader.ts";
import { buildSnapshot } from "../../src/history/snapshots/build_snapshot.ts";
import type { CommitInfo, CommitKind } from "../../src/history/commits/commit.ts";
import { History } from "../../src/history/history.ts";
import { type FileCalls, SYSTEM_CALLS } from "../../src/store/files/file_calls.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { journalPath } from "../../src/store/files/store_paths.ts";
import { Journal } from "../../src/tree/journal/journal.ts";
import { revert, settle, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import { inMemory } from "../support/memory_place.ts";
import type { Random } from "../support/random.ts";
import { EMPTY_SNAPSHOT, randomOperation } from "../tree/fixture.ts";

export const hasher = await loadHasher();

export const BRANCH = "main";

export class Sample {
  /** The store. */
  readonly directory: string;
  readonly #parent: string;
  readonly journalPath: string;
  store: StoreWriter;
  history: History;
  readonly tree: WorkingTree;
  #snapshot = EMPTY_SNAPSHOT;

  constructor(calls: FileCalls = SYSTEM_CALLS) {
    this.#parent = Deno.makeTempDirSync({ prefix: "agentvfs-sample-", ...inMemory() });
    this.directory = `${this.#parent}/store`;
    this.journalPath = journalPath(this.directory, 0);
    this.store = StoreWriter.create(this.directory, hasher, calls);
    this.history = new History(this.store);
    const journal = new Journal(this.journalPath, undefined, calls);
    this.tree = new WorkingTree(this.store, null, journal, EMPTY_SNAPSHOT, FIRST_OWN_INODE);
    journal.begin(1);
    this.checkpoint("initial", "import");
  }

  work(random: Random, operations: number): void {
    for (let i = 0; i < operations; i++) randomOperation(this.tree, random);
  }

  /** Stores the tree as a commit. */
  checkpoint(label: string, kind: CommitKind = "checkpoint", time?: number): CommitInfo {
    const now = Date.now;
    try {
      if (time !== undefined) Date.now = () => time;
      return this.#save({ label, message: "", kind, agent: null })!;
    } finally {
      Date.now = now;
    }
  }

  /** Stores the tree without a commit. */
  fold(): void {
    this.#save(undefined);
  }

  #save(commit: Parameters<History["save"]>[0]["commit"]): CommitInfo | null {
    const { tree } = this;
    const taken = tree.isChanged ? takeCapture(tree) : null;
    try {
      const built = taken === null ? null : this.#build(taken.capture);
      const snapshot = built?.snapshot ?? this.#snapshot;
      const saved = this.history.save({
        branch: BRANCH,
        snapshot,
        segment: tree.journal.segment,
        nextInode: tree.nextInode,
        ...(commit === undefined ? {} : { commit }),
      });
      if (taken !== null) settle(tree, taken.pending, snapshot, built!.slots);
      this.#snapshot = snapshot;
      return saved;
    } catch (error) {
      // As the background thread and the branch do.
      this.store.discard();
      if (taken !== null) revert(tree, taken.pending);
      throw error;
    }
  }

  #build(capture: Parameters<typeof buildSnapshot>[1]) {
    const journal = new JournalReader(this.journalPath);
    try {
      return buildSnapshot(this.store, capture, (...where) => journal.read(...where));
    } finally {
      journal.close();
    }
  }

  /** Closes everything; the files stay. */
  close(): void {
    this.tree.journal.close();
    this.store.close();
  }

  /** Opens the store again, for whoever looks at it. */
  reopen(): StoreWriter {
    this.store = StoreWriter.open(this.directory, hasher);
    this.history = new History(this.store);
    return this.store;
  }

  remove(): void {
    Deno.removeSync(this.#parent, { recursive: true });
  }
}

/** Runs `body` with a sample, which is removed afterwards. */
export async function withSample(body: (sample: Sample) => void | Promise<void>): Promise<void> {
  const sample = new Sample();
  try {
    await body(sample);
  } finally {
    sample.remove();
  }
}
