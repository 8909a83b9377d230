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
import type { VerifyReport } from "../../src/control/service/store.ts";
import { verifyOffline } from "../../src/daemon/offline_store.ts";
import { History } from "../../src/history/history.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { inMemory } from "../support/memory_place.ts";
import { randomness } from "../support/random.ts";
import { type Contents, type Everything, readAll } from "./read_everything.ts";
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

/** Throws if a flip is not found and matters, or if anything wrong is read. */
export async function flipBits({ flips, seed, onFlip }: FlipOptions): Promise<FlipCounts> {
  const random = randomness(seed);
  const stores = (["crashed", "closed", "tidied"] as const).map((how) => stoppedStore(random, how));
  const originals: Contents[] = [];
  const directory = Deno.makeTempDirSync({ prefix: "agentvfs-flips-", ...inMemory() });
  const { error } = console;
  // What the tree says of each file that it cannot read.
  console.error = () => {};
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
      const pristine = stores[counts.flips % stores.length]!;
      const before = originals[counts.flips % stores.length]!;
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
    console.error = error;
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
      else if (name !== "reserve") {
        this.#files.set(inner, Deno.readFileSync(`${directory}/${inner}`));
      }
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

/** The text of the lock is for people, nothing is in a reserve; SQLite makes the shared memory anew from the log. */
const NO_STATE = /^lock$|reserve$|-shm$/;

/**
 * A store with checkpoints and a journal; after a crash, also with a write-ahead log, which was not copied to the index or,
 * where there was time to tidy, was.
 */
function stoppedStore(
  random: (below: number) => number,
  how: "crashed" | "closed" | "tidied",
): Files {
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
    if (how === "tidied") sample.store.tidy();
    if (how === "closed") sample.close();
    const files = new Files(sample.directory);
    if (how !== "closed") sample.close();
    return files;
  } finally {
    sample.remove();
  }
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
  const { repaired } = await verifyOffline(directory, options);
  assert.ok(repaired !== null, `nothing was repaired after a flip of ${where}`);
  const report = await verify(directory);
  assert.ok(!(report instanceof Error), `the repair was in vain after a flip of ${where}`);
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
    if (flips % 500 === 499) console.log(`${flips + 1} flips`);
  };
  const counts = await flipBits({ flips: Number(values.flips), seed, onFlip });
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(JSON.stringify({ seed, seconds, ...counts }, null, 2));
}
