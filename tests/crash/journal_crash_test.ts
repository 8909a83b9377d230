/**
 * Every way a crash can leave the journal behind, for every workload of up to three operations from a small
 * alphabet: what is replayed must be a state the tree was in, with everything that was synced.
 *
 * `AGENTVFS_CRASH=all` tries all workloads of three operations; otherwise of those only a sample.
 */

import assert from "node:assert/strict";
import { setAttributes, setXattr } from "../../src/tree/operations/attributes.ts";
import { resize, write } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { Journal, segmentName } from "../../src/tree/journal/journal.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal/journal_record.ts";
import { create, link, rename, RENAME_EXCHANGE, unlink } from "../../src/tree/operations/names.ts";
import { replay, type ReplayReport } from "../../src/tree/replay/replay.ts";
import { beginSegment } from "../../src/tree/capture/take_capture.ts";
import type { Snapshot } from "../../src/store/trees/entry.ts";
import { WorkingTree } from "../../src/tree/working_tree.ts";
import { randomness, SEED } from "../support/random.ts";
import { dump, Fixture } from "../tree/fixture.ts";
import { memoryPlace } from "../support/memory_place.ts";

const ALL = Deno.env.get("AGENTVFS_CRASH") === "all";
/** Of the workloads of three operations. */
const SAMPLE = 60;

const FILE = 0o100644;
const DIRECTORY = 0o040755;

type Step = (tree: WorkingTree) => void;

function at(tree: WorkingTree, name: string): Inode | null {
  const found = tree.lookup(tree.root, name);
  return typeof found === "number" ? null : found;
}

function onFile(name: string, step: (tree: WorkingTree, inode: Inode) => void): Step {
  return (tree) => {
    const inode = at(tree, name);
    if (inode !== null) step(tree, inode);
  };
}

function writeText(tree: WorkingTree, inode: Inode, offset: number, text: string): void {
  const bytes = new Uint8Array(WRITE_HEADROOM + text.length);
  new TextEncoder().encodeInto(text, bytes.subarray(WRITE_HEADROOM));
  write(tree, inode, offset, bytes, new DataView(bytes.buffer), WRITE_HEADROOM, text.length, false);
}

/** The tree begins with the files `a` and `b` and the directory `d`. */
const ALPHABET: Readonly<Record<string, Step>> = {
  create: (tree) => create(tree, tree.root, "new", FILE, 0, 0, 0, null),
  symlink: (tree) => create(tree, tree.root, "link", 0o120777, 0, 0, 0, "target"),
  inside: (tree) => {
    const d = at(tree, "d");
    if (d !== null) create(tree, d, "deep", DIRECTORY, 0, 0, 0, null);
  },
  write: onFile("a", (tree, a) => writeText(tree, a, 3, "some bytes")),
  cut: onFile("a", (tree, a) => resize(tree, a, 2, false)),
  mode: onFile("b", (tree, b) => setAttributes(tree, b, { mode: 0o600 })),
  xattr: onFile("b", (tree, b) => setXattr(tree, b, "user.x", Uint8Array.of(1, 2, 3), 0)),
  link: onFile("a", (tree, a) => link(tree, a, tree.root, "other")),
  replace: (tree) => rename(tree, tree.root, "a", tree.root, "b", 0),
  exchange: (tree) => rename(tree, tree.root, "b", tree.root, "d", RENAME_EXCHANGE),
  unlink: (tree) => unlink(tree, tree.root, "a", false),
  rmdir: (tree) => unlink(tree, tree.root, "d", true),
  sync: (tree) => assert.equal(tree.journal.sync(), 0),
  segment: (tree) => beginSegment(tree),
};

/** A workload that was run: the journal's bytes, and what the tree was after each step. */
interface Run {
  readonly segments: readonly { readonly number: number; readonly bytes: Uint8Array }[];
  /** After each step: the state, how long each segment was, and how much of it was durable. */
  readonly marks: readonly Mark[];
}

interface Mark {
  readonly state: string;
  readonly lengths: readonly number[];
  readonly durable: readonly number[];
}

function stateOf(tree: WorkingTree): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Map
      ? [...value].map(([k, v]) => [k, v instanceof Uint8Array ? [...v] : v])
      : value;
  return JSON.stringify([...dump(tree)], plain);
}

class Lab {
  readonly fixture = new Fixture(memoryPlace());
  readonly base: Snapshot;
  readonly first: number;
  readonly nextInode: number;
  replays = 0;

  constructor() {
    const { tree } = this.fixture;
    for (const name of ["a", "b"]) {
      const inode = create(tree, tree.root, name, FILE, 0, 0, 0, null) as Inode;
      writeText(tree, inode, 0, `the first bytes of ${name}`);
    }
    create(tree, tree.root, "d", DIRECTORY, 0, 0, 0, null);
    this.base = this.fixture.checkpoint();
    this.first = tree.journal.segment;
    this.nextInode = tree.nextInode;
    tree.journal.close();
    this.#clear();
  }

  #clear(): void {
    for (const { name } of Deno.readDirSync(this.fixture.journalPath)) {
      Deno.removeSync(`${this.fixture.journalPath}/${name}`);
    }
  }

  run(steps: readonly Step[]): Run {
    this.#clear();
    const tree = this.fixture.open(this.base, this.first, this.nextInode);
    const durable: number[] = [];
    const lengths: number[] = [];
    const marks: Mark[] = [];
    const mark = () => {
      lengths[tree.journal.segment - this.first] = tree.journal.position;
      marks.push({ state: stateOf(tree), lengths: [...lengths], durable: [...durable] });
    };
    durable[0] = 0;
    mark();
    for (const [i, step] of steps.entries()) {
      if (step !== ALPHABET.segment) tree.journal.request.low = i + 1;
      step(tree);
      lengths[tree.journal.segment - this.first] = tree.journal.position;
      durable[tree.journal.segment - this.first] ??= 0;
      if (step === ALPHABET.sync) durable.splice(0, durable.length, ...lengths);
      mark();
    }
    tree.journal.close();
    const segments = lengths.map((_, i) => {
      const number = this.first + i;
      return {
        number,
        bytes: Deno.readFileSync(`${this.fixture.journalPath}/${segmentName(number)}`),
      };
    });
    return { segments, marks };
  }

  /** Replays a journal of these bytes. */
  recover(files: readonly { number: number; bytes: Uint8Array }[]): {
    tree: WorkingTree;
    report: ReplayReport;
  } {
    this.#clear();
    for (const { number, bytes } of files) {
      Deno.writeFileSync(`${this.fixture.journalPath}/${segmentName(number)}`, bytes);
    }
    return this.#replay(files.map((file) => file.number));
  }

  /** Begins another segment after a recovery, as a server does, and goes on. */
  goOn(files: readonly { number: number; bytes: Uint8Array }[], step: Step): void {
    const { tree, report } = this.recover(files);
    const segments = files.map((file) => file.number);
    const { journal } = tree;
    const begun = segments.at(-1)! + 1;
    journal.takeOver(segments, report.end);
    journal.begin(begun);
    step(tree);
    const expected = stateOf(tree);
    journal.close();
    const { tree: after } = this.#replay([...segments, begun]);
    assert.equal(stateOf(after), expected, "work after the crash");
    after.journal.close();
  }

  #replay(segments: readonly number[]): { tree: WorkingTree; report: ReplayReport } {
    const { store, journalPath } = this.fixture;
    const tree = new WorkingTree(store, null, new Journal(journalPath), this.base, this.nextInode);
    this.replays++;
    return { tree, report: replay(tree, segments) };
  }

  close(): void {
    this.fixture.close();
  }
}

function withLab(body: (lab: Lab) => void): void {
  const lab = new Lab();
  try {
    body(lab);
    console.log(`${lab.replays} replays`);
  } finally {
    lab.close();
  }
}

/** All sequences of `length` names. */
function* sequences(names: readonly string[], length: number): Generator<string[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const rest of sequences(names, length - 1)) for (const name of names) yield [...rest, name];
}

function* workloads(): Generator<string[]> {
  const names = Object.keys(ALPHABET);
  yield* sequences(names, 1);
  yield* sequences(names, 2);
  const three = [...sequences(names, 3)];
  if (ALL) yield* three;
  else {
    const random = randomness(SEED);
    for (let i = 0; i < SAMPLE; i++) yield three[random(three.length)]!;
  }
}

function forWorkloads(lab: Lab, body: (run: Run, names: readonly string[]) => void): void {
  for (const names of workloads()) {
    try {
      body(lab.run(names.map((name) => ALPHABET[name]!)), names);
    } catch (error) {
      throw new Error(`Failed with ${names.join(", ")}; seed ${SEED}`, { cause: error });
    }
  }
}

Deno.test("a server that is killed leaves any number of bytes of its last step", () => {
  withLab((lab) => {
    forWorkloads(lab, ({ segments, marks }, names) => {
      // What the steps before left is what shorter workloads leave.
      const [before, after] = marks.slice(-2) as [Mark, Mark];
      const last = segments.length - 1;
      const from = before.lengths[last] ?? 0;
      for (let length = from; length <= segments[last]!.bytes.length; length++) {
        const files = segments.map((segment, i) =>
          i < last ? segment : { ...segment, bytes: segment.bytes.subarray(0, length) }
        );
        const { tree, report } = lab.recover(files);
        const state = stateOf(tree);
        tree.journal.close();
        const done = length === segments[last]!.bytes.length;
        assert.equal(state, done ? after.state : before.state, `with ${length} bytes`);
        assert.equal(report.damage, null);
        assert.deepEqual(report.lost, []);
        if (!done && names.at(-1) !== "segment") {
          assert.notEqual(
            report.lastRequest?.low,
            names.length,
            "a request that was not carried out",
          );
        }
      }
    });
  });
});

/** Lengths up to which a segment may be on the disk: those of whole records, and torn ones between them. */
function cuts(bytes: Uint8Array, durable: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lengths = new Set([durable, bytes.length]);
  for (let position = 0; position < bytes.length; position += view.getUint32(position + 4, true)) {
    if (position >= durable) lengths.add(position);
    if (position + 9 > durable) lengths.add(position + 9);
    const end = position + view.getUint32(position + 4, true);
    if (end - 1 > durable) lengths.add(end - 1);
  }
  return [...lengths];
}

/** What a disk writes in full or not at all. */
const SECTOR_BYTES = 512;

/** What may be on the disk instead of a tail that it did not get. */
const TAILS: readonly ((bytes: Uint8Array, length: number) => Uint8Array)[] = [
  (bytes, length) => bytes.slice(0, length),
  (bytes, length) => bytes.slice().fill(0, Math.ceil(length / SECTOR_BYTES) * SECTOR_BYTES),
];

function* products<T>(choices: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = choices;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const choice of first) for (const others of products(rest)) yield [choice, ...others];
}

Deno.test("a power cut leaves any part of what was not synced, of each segment", () => {
  withLab((lab) => {
    forWorkloads(lab, ({ segments, marks }) => {
      const { durable } = marks.at(-1)!;
      const promised = marks.findIndex((mark) =>
        durable.every((length, i) => (mark.lengths[i] ?? 0) >= length)
      );
      const allowed = new Set(marks.slice(promised).map((mark) => mark.state));
      const choices = segments.map(({ bytes }, i) => cuts(bytes, durable[i] ?? 0));
      for (const lengths of products(choices)) {
        for (const tail of TAILS) {
          const files = segments.map(({ number, bytes }, i) => ({
            number,
            bytes: tail(bytes, lengths[i]!),
          }));
          const { tree, report } = lab.recover(files);
          const state = stateOf(tree);
          tree.journal.close();
          assert.ok(allowed.has(state), `another state with lengths ${lengths}: ${state}`);
          assert.equal(report.damage, null);
        }
      }
    });
  });
});

Deno.test("work goes on after a power cut, and survives the next one", () => {
  withLab((lab) => {
    for (const names of workloads()) {
      if (!names.includes("segment")) continue;
      const { segments } = lab.run(names.map((name) => ALPHABET[name]!));
      for (const lengths of products(segments.map(({ bytes }) => cuts(bytes, 0)))) {
        const files = segments.map(({ number, bytes }, i) => ({
          number,
          bytes: bytes.slice(0, lengths[i]!),
        }));
        lab.goOn(files, ALPHABET.create!);
      }
    }
  });
});
