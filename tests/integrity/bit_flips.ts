/**
 * Flips one bit after the other in a store that a crash left, and looks whether it is found and whether anything
 * wrong is read.
 *
 * Found means that a check of the stopped store names it. What is not found must change nothing: everything reads as before,
 * and writers go on. Everything else may fail, but must not be something else than it was.
 *
 *     deno run -A tests/integrity/bit_flips.ts --flips 10000 [--seed N]
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { verifyOffline } from "../../src/daemon/offline_store.ts";
import { History } from "../../src/history/history.ts";
import type { VerifyReport } from "../../src/control/service.ts";
import type { Snapshot, TreeEntry } from "../../src/store/entry.ts";
import { Store } from "../../src/store/store.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { Journal, listSegments } from "../../src/tree/journal.ts";
import type { Inode } from "../../src/tree/inode.ts";
import { read } from "../../src/tree/data.ts";
import { readTarget } from "../../src/tree/read.ts";
import { replay } from "../../src/tree/replay.ts";
import { Status } from "../../src/tree/status.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { readBranch } from "../../src/history/branch_table.ts";
import { randomness } from "../tree/fixture.ts";
import { journalPath } from "../../src/store/store_paths.ts";
import { BRANCH, hasher, Sample } from "./sample.ts";

/** What a flip came to. */
export interface FlipCounts {
  flips: number;
  found: number;
  /** Not found, and without any effect. */
  harmless: number;
  /** By kind of file: flips, and harmless ones among them. */
  readonly files: Record<string, { flips: number; harmless: number }>;
}

export interface FlipOptions {
  readonly flips: number;
  readonly seed: number;
  readonly onFlip?: (counts: FlipCounts) => void;
}

/** What was read, by name; `null` where it could not be. */
type Contents = Map<string, string | null>;

/** Throws if a flip is not found and matters, or if anything wrong is read. */
export async function flipBits({ flips, seed, onFlip }: FlipOptions): Promise<FlipCounts> {
  const random = randomness(seed);
  const stores = [stoppedStore(random, "crashed"), stoppedStore(random, "closed")];
  const originals: Contents[] = [];
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-flips-" });
  const counts: FlipCounts = { flips: 0, found: 0, harmless: 0, files: {} };
  try {
    for (const pristine of stores) {
      pristine.writeTo(directory);
      const { contents, isCut } = readAll(directory);
      assert.ok(!isCut && [...contents.values()].every((value) => value !== null));
      originals.push(contents);
      pristine.writeTo(directory);
      const clean = await verify(directory);
      assert.ok(!(clean instanceof Error) && clean.clean, "the store was damaged before");
    }
    for (; counts.flips < flips; counts.flips++) {
      const pristine = stores[counts.flips % 2]!;
      const before = originals[counts.flips % 2]!;
      const flip = pristine.pick(random);
      const where = `bit ${flip.bit} of byte ${flip.offset} of ${flip.path} (seed ${seed})`;
      const file = counts.files[kindOf(flip.path)] ??= { flips: 0, harmless: 0 };
      file.flips++;
      pristine.writeTo(directory, flip);
      const report = await verify(directory);
      const isFound = report instanceof Error || !report.clean;
      pristine.writeTo(directory, flip);
      const after = readAll(directory);
      compare(before, after, isFound, where);
      if (isFound) {
        counts.found++;
        if (flip.path.startsWith("index")) {
          pristine.writeTo(directory, flip);
          await assertRepaired(directory, before, where);
        }
      } else {
        counts.harmless++;
        file.harmless++;
        pristine.writeTo(directory, flip);
        await assertWorks(directory, where);
      }
      onFlip?.(counts);
    }
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
  return counts;
}

function kindOf(path: string): string {
  return path.replaceAll(/\d{3,}/g, "N");
}

async function verify(directory: string): Promise<VerifyReport | Error> {
  try {
    return await verifyOffline(directory, { repair: false, onProgress: () => {} });
  } catch (error) {
    // The command says it and ends with 1.
    if (error instanceof Error && error.name === "StoreError") return error;
    throw error;
  }
}

interface Flip {
  readonly path: string;
  readonly offset: number;
  readonly bit: number;
}

/** The files of a store, in memory. */
class Files {
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #paths: string[];

  constructor(directory: string) {
    this.#read(directory, "");
    this.#paths = [...this.#files.keys()].filter((path) => !NO_STATE.test(path));
  }

  #read(directory: string, path: string): void {
    for (const { name, isDirectory } of Deno.readDirSync(`${directory}/${path}`)) {
      const inner = path === "" ? name : `${path}/${name}`;
      if (isDirectory) this.#read(directory, inner);
      else this.#files.set(inner, Deno.readFileSync(`${directory}/${inner}`));
    }
  }

  /** A bit of any file: every second of the index, else each file is as likely as the others. */
  pick(random: (below: number) => number): Flip {
    const index = this.#paths.filter((path) => path.startsWith("index.sqlite"));
    const paths = random(2) === 0 ? index : this.#paths;
    const path = paths[random(paths.length)]!;
    return { path, offset: random(this.#files.get(path)!.length), bit: random(8) };
  }

  /** Makes `directory` hold these files, and nothing else, with one bit flipped. */
  writeTo(directory: string, flip?: Flip): void {
    for (const { name } of [...Deno.readDirSync(directory)]) {
      Deno.removeSync(`${directory}/${name}`, { recursive: true });
    }
    for (const [path, bytes] of this.#files) {
      const folder = `${directory}/${path}`.replace(/\/[^/]*$/, "");
      Deno.mkdirSync(folder, { recursive: true });
      if (flip?.path === path) bytes[flip.offset]! ^= 1 << flip.bit;
      Deno.writeFileSync(`${directory}/${path}`, bytes);
      if (flip?.path === path) bytes[flip.offset]! ^= 1 << flip.bit;
    }
  }
}

/** The text of the lock is for people; SQLite makes the shared memory anew from the log. */
const NO_STATE = /^lock$|-shm$/;

/** A store with checkpoints and a journal; after a crash, also with a write-ahead log that was not copied. */
function stoppedStore(random: (below: number) => number, how: "crashed" | "closed"): Files {
  const sample = new Sample();
  try {
    for (let i = 0; i < 3; i++) {
      sample.work(random, 40);
      sample.checkpoint(`checkpoint ${i}`);
    }
    for (let i = 0; i < 300; i++) sample.store.putBlob(new Uint8Array([i, i >> 8]));
    sample.store.commit();
    // Part of it gets into the index itself.
    sample.store.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    sample.work(random, 30);
    const from = sample.checkpoint("", "safety");
    const { segment } = sample.tree.journal;
    const operation = { kind: "rollback", from: from.id } as const;
    const nextInode = sample.tree.nextInode;
    sample.history.moveTo({ branch: BRANCH, commit: from.id, segment, nextInode, operation });
    sample.work(random, 20);
    if (how === "closed") sample.close();
    const files = new Files(sample.directory);
    if (how === "crashed") sample.close();
    return files;
  } finally {
    sample.remove();
  }
}

interface Everything {
  readonly contents: Contents;
  /** The journal said that it ends early: then the working tree is an earlier one. */
  readonly isCut: boolean;
}

/** Everything that can be read of a store, each checkpoint and the working tree. */
function readAll(directory: string): Everything {
  const contents: Contents = new Map();
  let store: Store;
  try {
    store = Store.open(directory, hasher);
  } catch (error) {
    assertExpected(error);
    return { contents, isCut: true };
  }
  try {
    readCheckpoints(store, contents);
    return { contents, isCut: readWorkingTree(store, contents) };
  } finally {
    store.close();
  }
}

const FIELDS = [
  "mode",
  "uid",
  "gid",
  "rdev",
  "ino",
  "size",
  "mtimeSec",
  "mtimeNsec",
  "ctimeSec",
  "ctimeNsec",
] as const;

function readCheckpoints(store: Store, contents: Contents): void {
  const ids = attempt(() => store.database.prepare("SELECT id FROM commits").all());
  for (const { id } of ids ?? []) {
    const text = attempt(() => new TextDecoder().decode(store.object(id as never, "commit")));
    contents.set(`commit ${id}`, text);
    if (text !== null) readSnapshot(store, JSON.parse(text).snapshot, `commit ${id}`, contents);
  }
}

function readSnapshot(store: Store, { root, links }: Snapshot, name: string, contents: Contents) {
  const walk = (entry: TreeEntry | Snapshot["root"], path: string) => {
    const record = "linked" in entry && entry.linked
      ? attempt(() => store.readLink(links, entry.ino))
      : entry;
    contents.set(
      path,
      record === null ? null : JSON.stringify(FIELDS.map((f) => (record as never)[f])),
    );
    if (record === null || "linked" in record && record.linked) return;
    const inode = record as Snapshot["root"];
    contents.set(`${path} xattrs`, attempt(() => show(store.readXattrs(inode.xattrs))));
    if ((inode.mode & 0o170000) === 0o040000) {
      const entries = attempt(() => store.readTree(inode.content));
      contents.set(`${path} names`, entries && JSON.stringify(entries.map((e) => e.name)));
      for (const child of entries ?? []) walk(child, `${path}/${child.name}`);
    } else {
      contents.set(
        `${path} bytes`,
        attempt(() => {
          const bytes = new Uint8Array(inode.size);
          store.readContent(inode, inode.size, 0, bytes, 0, inode.size);
          return hasher.blob(bytes);
        }),
      );
    }
  };
  walk(root, name);
}

/** Returns true if the journal is known to lack something. */
function readWorkingTree(store: Store, contents: Contents): boolean {
  const row = attempt(() => store.database.prepare("SELECT * FROM branches").get() ?? null);
  const branch = row === null ? null : attempt(() => readBranch(row));
  if (branch === null) return true;
  const journal = new Journal(journalPath(store.directory, 0));
  const tree = new WorkingTree(store, null, journal, branch.snapshot, branch.nextInode);
  const segments = listSegments(journal.directory).filter((number) => number >= branch.segment);
  const report = attempt(() => replay(tree, segments));
  const walk = (inode: Inode, path: string) => {
    const { mode, uid, gid, ino, size, mtimeSec, mtimeNsec } = inode;
    const isLoaded = inode.directory === null || attempt(() => tree.load(inode)) === Status.Ok;
    contents.set(path, JSON.stringify([mode, uid, gid, ino, mtimeSec, mtimeNsec]));
    contents.set(`${path} xattrs`, attempt(() => show(tree.xattrs(inode))));
    if (inode.isFile) contents.set(`${path} bytes`, attempt(() => bytesOf(tree, inode, size)));
    if (inode.isSymlink) contents.set(`${path} target`, attempt(() => targetOf(tree, inode)));
    if (inode.directory === null) return;
    if (!isLoaded) return void contents.set(`${path} names`, null);
    const names = [...inode.directory.entries!.keys()].sort();
    contents.set(`${path} names`, JSON.stringify(names));
    for (const name of names) walk(inode.directory.entries!.get(name)!.inode, `${path}/${name}`);
  };
  const isCut = report === null || report.damage !== null || report.lost.length > 0 ||
    report.tornBytes > 0;
  if (!isCut) walk(tree.root, "tree");
  journal.close();
  return isCut;
}

function bytesOf(tree: WorkingTree, inode: Inode, size: number): string | null {
  const bytes = new Uint8Array(size);
  return read(tree, inode, 0, bytes, 0, size) === size ? hasher.blob(bytes) : null;
}

function targetOf(tree: WorkingTree, inode: Inode): string | null {
  const target = readTarget(tree, inode);
  return typeof target === "number" ? null : target;
}

function show(xattrs: ReadonlyMap<string, Uint8Array>): string {
  return JSON.stringify([...xattrs].map(([name, value]) => [name, value.toHex()]));
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    assertExpected(error);
    return null;
  }
}

/** Damage is an error of ours or of SQLite's, never a failure of the program. */
function assertExpected(error: unknown): void {
  const { name, code } = error as { name?: string; code?: string };
  const isExpected = ["StoreError", "HistoryError", "JournalError"].includes(name ?? "") ||
    code === "ERR_SQLITE_ERROR" || code === "no_space" || code === "io" || code === "newer_version";
  if (!isExpected) throw error;
}

function compare(before: Contents, after: Everything, isFound: boolean, where: string): void {
  for (const [name, value] of after.contents) {
    if (value === null && isFound) continue;
    assert.equal(value, before.get(name), `${name} is wrong after a flip of ${where}`);
  }
  if (isFound) return;
  assert.ok(!after.isCut, `the journal is shorter after a flip of ${where}, and nothing was found`);
  assert.equal(after.contents.size, before.size, `something is gone after a flip of ${where}`);
}

/** What was not found must not be in anybody's way. */
async function assertWorks(directory: string, where: string): Promise<void> {
  const store = StoreWriter.open(directory, hasher);
  new History(store);
  store.putBlob(new TextEncoder().encode("one more"));
  store.commit();
  store.close();
  const report = await verify(directory);
  assert.ok(!(report instanceof Error) && report.clean, `writing is not possible after ${where}`);
}

/** An index that was damaged is whole after a repair, and nothing is wrong that it says. */
async function assertRepaired(directory: string, before: Contents, where: string): Promise<void> {
  const options = { repair: true, onProgress: () => {} };
  const first = await verifyOffline(directory, options);
  const { repaired } = first;
  assert.ok(repaired !== null, `nothing was repaired after a flip of ${where}`);
  const report = await verify(directory);
  assert.ok(!(report instanceof Error), `the repair was in vain after a flip of ${where}`);
  if (report.damage.length > 0) {
    console.log(JSON.stringify([first.damage, first.repaired], null, 1));
  }
  assert.deepEqual(report.damage, [], `there is still damage after a flip of ${where}`);
  const { contents } = readAll(directory);
  for (const [name, value] of contents) {
    // A branch whose line was lost stands at a checkpoint: the working tree is that one's.
    if (name.startsWith("tree") && (repaired.rebuilt?.guessed.length ?? 0) > 0) continue;
    assert.equal(value, before.get(name), `${name} is wrong after a repair, ${where}`);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      flips: { type: "string", default: "200" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
    },
  });
  const begin = performance.now();
  const seed = Number(values.seed);
  const onFlip = ({ flips }: FlipCounts) => {
    if (flips % 500 === 499) console.error(`${flips + 1} flips`);
  };
  const counts = await flipBits({ flips: Number(values.flips), seed, onFlip });
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(JSON.stringify({ seed, seconds, ...counts }, null, 2));
}
