/**
 * Every way a crash can leave the store behind (packs, index and its log), for every workload of up to three operations
 * from a small alphabet: what is opened afterwards must be what was promised, whole, and fit for further work.
 *
 * `AGENTVFS_CRASH=all` tries all workloads of up to two operations, those of three of the main ones, and a sample of the
 * others; otherwise those of one operation, and of longer ones a sample.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { memoryPlace } from "../support/memory_place.ts";
import { randomness, SEED } from "../support/random.ts";
import { type DiskState, SimulatedDisk } from "../support/simulated_disk.ts";
import { type Allowed, ALPHABET, Bench, checkStore } from "./store_workloads.ts";

const ALL = Deno.env.get("AGENTVFS_CRASH") === "all";
/** Of the workloads of two operations, and of those of three. */
const SAMPLE = 20;
const MAIN = ["put", "checkpoint", "fold", "collect", "repair", "rebuild"];

const INDEX = /^index\.sqlite(\.new|\.damaged)?(-wal)?$/;
/** They mean nothing. Directories are there from the beginning. */
const IGNORED = /^(lock|lock\.turn|reserve|journal.*)$|-shm$|\.alone/;

class Lab {
  readonly #place = Deno.makeTempDirSync({ prefix: "agentvfs-crash-", ...dirOf(memoryPlace()) });
  /** States that were checked, with what was allowed of them. */
  readonly #seen = new Set<string>();
  states = 0;
  workloads = 0;

  /** Tries all crashes in and after the last of the operations. */
  run(names: readonly string[]): void {
    this.workloads++;
    const directory = `${this.#place}/store`;
    const disk = new SimulatedDisk(directory, INDEX, IGNORED);
    const now = Date.now;
    // Equal workloads make equal bytes: so states are recognized.
    let time = 1_700_000_000_000;
    Date.now = () => time++;
    try {
      const bench = new Bench(directory, disk);
      disk.settle();
      for (const name of names.slice(0, -1)) ALPHABET[name]!(bench);
      disk.observe();
      this.#crashIn(bench, disk, names.at(-1)!);
      bench.close();
    } finally {
      Date.now = now;
      Deno.removeSync(directory, { recursive: true });
    }
  }

  #crashIn(bench: Bench, disk: SimulatedDisk, name: string): void {
    const before = bench.promised;
    const during: DiskState[] = [...disk.states()];
    disk.onStep = () => {
      for (const state of disk.states()) during.push(state);
    };
    ALPHABET[name]!(bench);
    disk.observe();
    disk.onStep = null;
    const contradictions = name === "repair";
    const noIndex = name === "rebuild";
    const after = { promised: [bench.promised], contradictions: false, noIndex: false };
    this.#check(during, { promised: [before, bench.promised], contradictions, noIndex }, name);
    this.#check(disk.states(), after, name);
  }

  #check(states: Iterable<DiskState>, allowed: Allowed, name: string): void {
    const promised = JSON.stringify([allowed, name]);
    for (const state of states) {
      const key = digest(state, promised);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.states++;
      const directory = `${this.#place}/crash`;
      lay(state, directory);
      try {
        checkStore(directory, allowed);
      } catch (cause) {
        const files = [...state].map(([path, { length }]) => `${path} ${length}`).join(", ");
        throw new Error(`With ${files}`, { cause });
      }
      Deno.removeSync(directory, { recursive: true });
    }
  }

  close(): void {
    Deno.removeSync(this.#place, { recursive: true });
  }
}

function dirOf(place: string | undefined): { dir?: string } {
  return place === undefined ? {} : { dir: place };
}

function digest(state: DiskState, promised: string): string {
  const hash = createHash("sha1").update(promised);
  for (const path of [...state.keys()].sort()) hash.update(`\0${path}\0`).update(state.get(path)!);
  return hash.digest("hex");
}

function lay(state: DiskState, directory: string): void {
  Deno.mkdirSync(`${directory}/packs`, { recursive: true });
  for (const [path, bytes] of state) Deno.writeFileSync(`${directory}/${path}`, bytes);
}

function* sequences(names: readonly string[], length: number): Generator<string[]> {
  if (length === 0) return yield [];
  for (const rest of sequences(names, length - 1)) for (const name of names) yield [...rest, name];
}

function* workloads(): Generator<string[]> {
  const names = Object.keys(ALPHABET);
  yield* sequences(names, 1);
  const random = randomness(SEED);
  for (const length of [2, 3]) {
    const all = [...sequences(names, length)];
    if (ALL) yield* length === 2 ? all : sequences(MAIN, length);
    if (!ALL || length === 3) {
      for (let i = 0; i < SAMPLE; i++) yield all[random(all.length)]!;
    }
  }
}

Deno.test("a crash leaves a store that is what was promised", () => {
  const lab = new Lab();
  try {
    for (const names of workloads()) {
      if (ALL && lab.workloads % 100 === 0) console.error(`${lab.workloads} ${lab.states}`);
      try {
        lab.run(names);
      } catch (cause) {
        throw new Error(`Failed with ${names.join(", ")}; seed ${SEED}`, { cause });
      }
    }
    console.log(`${lab.workloads} workloads, ${lab.states} states, seed ${SEED}`);
    assert.ok(lab.states > 1000);
  } finally {
    lab.close();
  }
});
