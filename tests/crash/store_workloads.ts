/**
 * What the store is asked to do in store_crash_test.ts, and what has to be there after a crash.
 *
 * @module
 */

import assert from "node:assert/strict";
import { StoreCollection } from "../../src/history/retention/collect_store.ts";
import { History } from "../../src/history/history.ts";
import { recoverIndex } from "../../src/history/verify/recover_index.ts";
import { verifyStore } from "../../src/history/verify/verify_store.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { type ObjectId, objectIdBytes } from "../../src/store/format/object_id.ts";
import { runAtOnce } from "../../src/store/format/sliced.ts";
import { indexPath } from "../../src/store/files/store_paths.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { fileEntry, hasher, noise } from "../../src/store/testing/fixtures.ts";
import { EMPTY_SNAPSHOT } from "../tree/fixture.ts";
import type { SimulatedDisk } from "../support/simulated_disk.ts";

const BRANCH = "main";
const FILE_BYTES = 300;
/** More than a writer keeps in memory. */
const LARGE_BYTES = 1_100_000;

/** What a branch shows: its newest commit, and the seed of its file's bytes. */
export interface Promised {
  readonly head: string | null;
  readonly content: number;
  /** Labels of all commits there have been. */
  readonly labels: readonly string[];
}

/** A store at work on a simulated disk. */
export class Bench {
  store: StoreWriter;
  history: History;
  promised: Promised = { head: null, content: 0, labels: [] };
  #steps = 0;

  constructor(readonly directory: string, readonly disk: SimulatedDisk) {
    this.store = this.#open();
    this.history = new History(this.store);
    const unused = this.store.putBlob(noise(100, 99));
    this.save("first");
    this.save("second");
    assert.ok(this.store.has(unused));
  }

  #open(): StoreWriter {
    return StoreWriter.create(this.directory, hasher, this.disk);
  }

  /** Makes the branch show a file of other bytes, with or without a commit. */
  save(label: string | null): void {
    const content = ++this.#steps;
    this.history.save({
      branch: BRANCH,
      snapshot: this.#put(content),
      segment: 1,
      nextInode: 2 ** 48,
      ...(label === null
        ? {}
        : { commit: { label, message: "", kind: "checkpoint", agent: null } as const }),
    });
    const labels = label === null ? this.promised.labels : [...this.promised.labels, label];
    this.promised = { head: this.history.branch(BRANCH)!.head, content, labels };
  }

  #put(seed: number): Snapshot {
    const { store } = this;
    const file = fileEntry("file", {
      size: FILE_BYTES,
      content: store.putBlob(noise(FILE_BYTES, seed)),
    });
    return rootOf(store.putTree([file])!);
  }

  put(length: number): void {
    this.store.putBlob(noise(length, 1000 + ++this.#steps));
  }

  collect(): void {
    const policy = { keep: 1 };
    const options = { policy, dryRun: false, live: [], worthIt: 0, now: Date.now() };
    runAtOnce(new StoreCollection(this.store, this.history, options).run());
  }

  /** Makes rows that contradict the packs, and has them put right. */
  repair(): void {
    const { store } = this;
    const unused = store.putBlob(noise(150, 5000 + ++this.#steps));
    store.commit();
    store.rewriteIndex((database) => {
      database.prepare("DELETE FROM objects WHERE id = ?").run(objectIdBytes(unused));
      database.prepare("INSERT INTO objects SELECT ?, max(number), 20, 30, 30, 0, 1 FROM packs")
        .run(noise(32, this.#steps));
    });
    const { repaired } = runAtOnce(verifyStore(store, { live: true, repair: store }));
    assert.ok(repaired!.indexed + repaired!.removed + repaired!.quarantined > 0);
  }

  /** Damages the index beyond use, and has another one made. */
  rebuild(): void {
    const { disk } = this;
    this.store.close();
    disk.observe();
    const { onStep } = disk;
    // That is no write of ours, which a crash could tear.
    disk.onStep = null;
    using file = Deno.openSync(indexPath(this.directory), { write: true });
    file.writeSync(new Uint8Array(16));
    disk.observe();
    disk.onStep = onStep;
    recoverIndex(this.directory, hasher, this.disk);
    this.store = this.#open();
    this.history = new History(this.store);
  }

  reopen(): void {
    this.store.close();
    this.store = this.#open();
    this.history = new History(this.store);
  }

  close(): void {
    this.store.close();
  }
}

export const ALPHABET: Readonly<Record<string, (bench: Bench) => void>> = {
  put: (bench) => bench.put(200),
  large: (bench) => bench.put(LARGE_BYTES),
  discard: (bench) => bench.store.discard(),
  commit: (bench) => bench.store.commit(),
  checkpoint: (bench) => bench.save(`checkpoint ${bench.promised.labels.length}`),
  fold: (bench) => bench.save(null),
  pack: (bench) => void bench.store.rewriter.beginPack(),
  tidy: (bench) => bench.store.tidy(),
  reopen: (bench) => bench.reopen(),
  collect: (bench) => bench.collect(),
  repair: (bench) => bench.repair(),
  rebuild: (bench) => bench.rebuild(),
};

function rootOf(tree: ObjectId): Snapshot {
  const root = { ...EMPTY_SNAPSHOT.root, content: tree, size: FILE_BYTES, entries: 1 };
  return { root, links: null };
}

/** What a store that was found after a crash may be. */
export interface Allowed {
  /** It is what one of these says. */
  readonly promised: readonly Promised[];
  /** Rows of the index may contradict the packs, which a repair puts right. */
  readonly contradictions: boolean;
  /** There may be no index that can be used, until another one is made. */
  readonly noIndex: boolean;
}

/** Opens the store of a crash as a daemon does, and goes on with it. Throws unless everything is as it may be. */
export function checkStore(directory: string, allowed: Allowed): void {
  const store = open(directory, allowed);
  try {
    const history = new History(store);
    const branch = history.branch(BRANCH);
    const found = allowed.promised.find((promised) =>
      promised.head === branch?.head && shows(store, branch.snapshot, promised.content)
    );
    assert.ok(found !== undefined, `the branch is at ${branch?.head}`);
    const labels = history.log(BRANCH).map(({ label }) => label).reverse();
    assert.deepEqual(labels, found.labels);
    const repair = allowed.contradictions ? { repair: store } : {};
    assertClean(store, repair);
    if (allowed.contradictions) assertClean(store, {});
    const later = store.putBlob(noise(400, 77));
    store.commit();
    assert.deepEqual(store.read(later), noise(400, 77));
  } finally {
    store.close();
  }
}

function open(directory: string, { noIndex }: Allowed): StoreWriter {
  try {
    return StoreWriter.open(directory, hasher);
  } catch (error) {
    if (!noIndex || (error as { code?: string }).code !== "damaged_store") throw error;
    const { guessed } = recoverIndex(directory, hasher);
    assert.deepEqual(guessed, []);
    return StoreWriter.open(directory, hasher);
  }
}

function assertClean(store: StoreWriter, repair: { repair?: StoreWriter }): void {
  const { clean, damage, affected } = runAtOnce(verifyStore(store, { live: true, ...repair }));
  assert.deepEqual(affected, []);
  if (repair.repair === undefined) assert.ok(clean, damage.map((d) => d.message).join("; "));
}

function shows(store: StoreWriter, snapshot: Snapshot, seed: number): boolean {
  const [entry] = store.readTree(snapshot.root.content);
  assert.ok(entry !== undefined && !entry.linked);
  const bytes = new Uint8Array(FILE_BYTES);
  store.readContent(entry, FILE_BYTES, 0, bytes, 0, FILE_BYTES);
  const expected = noise(FILE_BYTES, seed);
  return bytes.every((byte, i) => byte === expected[i]);
}
