/**
 * Blocks of a file are data or holes by what was done to the file, as on a disk: whether its bytes are in the journal,
 * taken for a checkpoint, stored, taken back or replayed.
 */

import assert from "node:assert/strict";
import { S_IFREG } from "../../src/store/trees/entry.ts";
import { revert, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import {
  allocate,
  copy,
  FALLOC_KEEP_SIZE,
  FALLOC_PUNCH_HOLE,
  resize,
} from "../../src/tree/operations/data.ts";
import { blocksOf, seek } from "../../src/tree/operations/read.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { Status } from "../../src/tree/status.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { type Random, repeat } from "../support/random.ts";
import { Fixture, make, writeText } from "./fixture.ts";

const BLOCK = 4096;
const MODE = S_IFREG | 0o644;
const NAMES = ["f", "g"];

type Operation =
  | { type: "write"; name: string; offset: number; length: number }
  | { type: "punch"; name: string; offset: number; length: number }
  | { type: "resize"; name: string; size: number }
  | { type: "copy"; name: string; offset: number; to: string; at: number; length: number };

/** Returns false for a copy of bytes that may go away: the kernel then reads and writes. */
function apply(tree: WorkingTree, operation: Operation): boolean {
  const file = fileOf(tree, operation.name);
  switch (operation.type) {
    case "write":
      writeText(tree, file, operation.offset, "x".repeat(operation.length));
      return true;
    case "punch": {
      const flags = FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE;
      assert.equal(allocate(tree, file, flags, operation.offset, operation.length), 0);
      return true;
    }
    case "resize":
      assert.equal(resize(tree, file, operation.size, false), 0);
      return true;
    case "copy": {
      const { offset, to, at, length } = operation;
      const copied = copy(tree, file, offset, fileOf(tree, to), at, length);
      assert.ok(copied >= 0 || copied === -Status.NotSupported);
      return copied >= 0;
    }
  }
}

function fileOf(tree: WorkingTree, name: string): Inode {
  return tree.lookup(tree.root, name) as Inode;
}

/** A file as a disk has it: its size, and which blocks have a place. */
class Model {
  size = 0;
  data = new Set<number>();

  write(offset: number, length: number): void {
    if (length === 0) return;
    this.size = Math.max(this.size, offset + length);
    for (const block of blocksIn(offset, offset + length)) this.data.add(block);
  }

  punch(from: number, to: number): void {
    for (const block of blocksIn(from, Math.min(to, this.size))) {
      const end = Math.min((block + 1) * BLOCK, this.size);
      if (from <= block * BLOCK && end <= to) this.data.delete(block);
    }
  }

  resize(size: number): void {
    this.size = size;
    for (const block of this.data) if (block * BLOCK >= size) this.data.delete(block);
  }

  /** What `[offset, offset + length)` consists of: parts that are data, and parts that are not. */
  parts(offset: number, length: number): { isData: boolean; from: number; to: number }[] {
    const parts: { isData: boolean; from: number; to: number }[] = [];
    const end = Math.min(this.size, offset + length);
    for (const block of blocksIn(offset, end)) {
      const isData = this.data.has(block);
      const to = Math.min(end, (block + 1) * BLOCK);
      const last = parts.at(-1);
      if (last?.isData === isData) last.to = to;
      else parts.push({ isData, from: Math.max(offset, block * BLOCK), to });
    }
    return parts;
  }
}

function* blocksIn(from: number, to: number): Generator<number> {
  if (from >= to) return;
  for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) yield block;
}

type Models = Record<string, Model>;

function applyToModel(models: Models, operation: Operation): void {
  const model = models[operation.name]!;
  switch (operation.type) {
    case "write":
      return model.write(operation.offset, operation.length);
    case "punch":
      return model.punch(operation.offset, operation.offset + operation.length);
    case "resize":
      return model.resize(operation.size);
    case "copy": {
      const { offset, at, length } = operation;
      const to = models[operation.to]!;
      const parts = model.parts(offset, length);
      if (parts.length > 0) to.size = Math.max(to.size, at - offset + parts.at(-1)!.to);
      for (const part of parts.filter(({ isData }) => !isData)) {
        to.punch(at - offset + part.from, at - offset + part.to);
      }
      for (const part of parts.filter(({ isData }) => isData)) {
        to.write(at - offset + part.from, part.to - part.from);
      }
    }
  }
}

function dataBlocks(tree: WorkingTree, file: Inode): number[] {
  const blocks: number[] = [];
  for (let at = 0; at < file.size;) {
    const data = seek(tree, file, at, false);
    if (data < 0) break;
    at = seek(tree, file, data, true);
    blocks.push(...blocksIn(data, at));
  }
  return blocks;
}

function assertSame(tree: WorkingTree, models: Models, when: string): void {
  for (const [name, { size, data }] of Object.entries(models)) {
    const file = fileOf(tree, name);
    assert.equal(file.size, size, `${name} ${when}`);
    const blocks = dataBlocks(tree, file);
    assert.deepEqual(blocks, [...data].sort((a, b) => a - b), `${name} ${when}`);
    assert.equal(blocksOf(tree, file), 8 * data.size, `${name} ${when}`);
  }
}

function withFiles(
  test: (fixture: Fixture, run: (operation: Operation) => void, models: Models) => void,
): void {
  const fixture = new Fixture();
  try {
    for (const name of NAMES) make(fixture.tree, fixture.tree.root, name, MODE);
    const models = Object.fromEntries(NAMES.map((name) => [name, new Model()]));
    test(fixture, (operation) => {
      if (apply(fixture.tree, operation)) applyToModel(models, operation);
    }, models);
  } finally {
    fixture.close();
  }
}

const WRITTEN: Operation = { type: "write", name: "f", offset: 5000, length: 100 };
/** What is done to a block with a few bytes of data, and how many blocks f and g have then. */
const CASES: Record<string, { operations: Operation[]; blocks: [f: number, g: number] }> = {
  "zeros over all of its data, but not all of it": {
    operations: [{ type: "punch", name: "f", offset: 4900, length: 300 }],
    blocks: [1, 0],
  },
  "zeros over all of it, in two parts": {
    operations: [
      { type: "punch", name: "f", offset: 4096, length: 950 },
      { type: "punch", name: "f", offset: 5046, length: 3146 },
    ],
    blocks: [1, 0],
  },
  "zeros from its start to the end of the file": {
    operations: [{ type: "punch", name: "f", offset: 4096, length: 1004 }],
    blocks: [0, 0],
  },
  "cut before its data": {
    operations: [{ type: "resize", name: "f", size: 4500 }],
    blocks: [1, 0],
  },
  "cut before its data, and grown": {
    operations: [{ type: "resize", name: "f", size: 4500 }, {
      type: "resize",
      name: "f",
      size: 9999,
    }],
    blocks: [1, 0],
  },
  "copied without its data": {
    operations: [{ type: "copy", name: "f", offset: 4100, to: "g", at: 0, length: 50 }],
    blocks: [1, 1],
  },
  "written over by a copy of less than a block of a hole": {
    operations: [
      { type: "resize", name: "g", size: 9000 },
      { type: "copy", name: "g", offset: 0, to: "f", at: 4900, length: 300 },
    ],
    blocks: [1, 0],
  },
};

for (const [name, { operations, blocks }] of Object.entries(CASES)) {
  Deno.test(`a block with data: ${name}`, () => {
    const check = (tree: WorkingTree, when: string) =>
      assert.deepEqual(NAMES.map((name) => blocksOf(tree, fileOf(tree, name)) / 8), blocks, when);
    for (const isCounted of [true, false]) {
      withFiles(({ tree }, run) => {
        for (const operation of [WRITTEN, ...operations]) {
          run(operation);
          if (isCounted) { for (const name of NAMES) blocksOf(tree, fileOf(tree, name)); }
        }
        check(tree, "in one piece");
      });
    }
    withFiles((fixture, run) => {
      run(WRITTEN);
      fixture.checkpoint(() => {
        operations.forEach(run);
        check(fixture.tree, "while what it was is stored");
      });
      check(fixture.tree, "over what is stored");
      const loaded = fixture.open(fixture.checkpoint(), 100);
      check(loaded, "stored");
      loaded.journal.close();
    });
  });
}

function randomOperation(random: Random): Operation {
  const name = NAMES[random(2)]!;
  /** Some near the border of two chunks, and many where blocks begin. */
  const place = () => {
    const at = (random(4) === 0 ? 62 : 0) * BLOCK + random(5) * BLOCK;
    return random(3) === 0 ? at : at + random(BLOCK);
  };
  const length = 1 + (random(2) === 0 ? random(3) * BLOCK : random(2 * BLOCK));
  switch (random(5)) {
    case 0:
      return { type: "write", name, offset: place(), length: 1 + random(300) };
    case 1:
      return { type: "resize", name, size: place() };
    case 2: {
      const to = NAMES[random(2)]!;
      return { type: "copy", name, offset: place(), to, at: place(), length };
    }
    default:
      return { type: "punch", name, offset: place(), length };
  }
}

Deno.test("blocks are those of a disk, whatever their bytes are kept in", () =>
  repeat(30, (random) =>
    withFiles((fixture, run, models) => {
      const work = (when: string) => {
        for (let i = 0; i < 15; i++) {
          const operation = randomOperation(random);
          run(operation);
          if (random(2) === 0) {
            assertSame(fixture.tree, models, `${when} after ${JSON.stringify(operation)}`);
          }
        }
        assertSame(fixture.tree, models, when);
      };
      for (let round = 0; round < 3; round++) {
        work("changed");
        fixture.checkpoint(() => work("while a checkpoint is stored"));
        assertSame(fixture.tree, models, "after it is stored");
        const { pending } = takeCapture(fixture.tree);
        work("while another is");
        revert(fixture.tree, pending);
        assertSame(fixture.tree, models, "after that failed");
      }
      const snapshot = fixture.checkpoint();
      const { segment } = fixture.tree.journal;
      work("changed once more");
      fixture.tree.journal.close();
      const segments = listSegments(fixture.journalPath).filter((s) => s >= segment);
      fixture.tree = fixture.open(snapshot, segments.at(-1)! + 1, fixture.tree.nextInode);
      replay(fixture.tree, segments);
      assertSame(fixture.tree, models, "replayed");
    })));

Deno.test("what is in the journal is done where the store cannot tell of holes", () =>
  withFiles((fixture, run) => {
    run({ type: "write", name: "f", offset: 9000, length: 9000 });
    const snapshot = fixture.checkpoint();
    const { tree, store } = fixture;
    const { segment } = tree.journal;
    blocksOf(tree, fileOf(tree, "f"));
    run({ type: "write", name: "f", offset: 0, length: 1 });
    blocksOf(tree, fileOf(tree, "f"));
    store.nextData = store.nextHole = () => {
      throw new Error("The chunk list is damaged");
    };
    const sizesOf = (tree: WorkingTree) => NAMES.map((name) => fileOf(tree, name).size);
    run({ type: "punch", name: "f", offset: 9100, length: 10 });
    run({ type: "copy", name: "f", offset: 100, to: "g", at: 50, length: 12_000 });
    run({ type: "write", name: "f", offset: 14_000, length: 10 });
    run({ type: "resize", name: "f", size: 15_000 });
    assert.deepEqual(sizesOf(tree), [15_000, 12_050]);
    assert.equal(tree.damage.count, 1);
    tree.journal.close();
    const segments = listSegments(fixture.journalPath).filter((s) => s >= segment);
    fixture.tree = fixture.open(snapshot, segments.at(-1)! + 1, tree.nextInode);
    replay(fixture.tree, segments);
    assert.deepEqual(sizesOf(fixture.tree), [15_000, 12_050]);
  }));
