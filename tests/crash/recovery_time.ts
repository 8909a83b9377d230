/**
 * How long a restart takes to replay a journal: for many small records, and for many bytes.
 *
 * ```sh
 * deno run -A tests/crash/recovery_time.ts [GIB]
 * ```
 *
 * @module
 */

import { write } from "../../src/tree/operations/data.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal/journal_record.ts";
import { create, rename, unlink } from "../../src/tree/operations/names.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { listSegments } from "../../src/tree/journal/journal.ts";
import { replay } from "../../src/tree/replay/replay.ts";
import { setAttributes } from "../../src/tree/operations/attributes.ts";
import type { WorkingTree } from "../../src/tree/working_tree.ts";
import { Fixture } from "../tree/fixture.ts";

const FILE_MODE = 0o100644;
const DIRECTORY_MODE = 0o040755;
const SMALL_RECORDS = 400_000;
const WRITE_BYTES = 128 * 1024;

const gib = Number(Deno.args[0] ?? 1);
measure(`${SMALL_RECORDS} records of small operations`, (tree) => smallOperations(tree));
measure(`${gib} GiB of writes of ${WRITE_BYTES / 1024} KiB`, (tree) => largeWrites(tree, gib));

function measure(what: string, work: (tree: WorkingTree) => void): void {
  const fixture = new Fixture();
  try {
    const base = fixture.checkpoint();
    work(fixture.tree);
    const { journal, nextInode } = fixture.tree;
    journal.close();
    const segments = listSegments(fixture.journalPath);
    const bytes = segments.reduce(
      (sum, s) =>
        sum + Deno.statSync(`${fixture.journalPath}/${String(s).padStart(10, "0")}.journal`).size,
      0,
    );
    for (let round = 0; round < 3; round++) {
      const tree = fixture.open(base, segments.at(-1)! + 1 + round, nextInode);
      const begin = performance.now();
      const { records } = replay(tree, segments);
      const ms = performance.now() - begin;
      tree.journal.close();
      const per100k = (ms / records) * 100_000;
      const perGib = (ms / bytes) * 2 ** 30;
      console.log(
        `${what}: ${records} records, ${(bytes / 2 ** 20).toFixed(0)} MiB in ${
          ms.toFixed(0)
        } ms: ` +
          `${per100k.toFixed(0)} ms per 100 000 records, ${perGib.toFixed(0)} ms per GiB`,
      );
    }
  } finally {
    fixture.close();
  }
}

/** Creates, small writes, attributes, renames and unlinks, in directories of 500 names. */
function smallOperations(tree: WorkingTree): void {
  const bytes = new Uint8Array(WRITE_HEADROOM + 300);
  const view = new DataView(bytes.buffer);
  let directory: Inode = tree.root;
  for (let i = 0; tree.journal.records < SMALL_RECORDS; i++) {
    if (i % 500 === 0) {
      directory = made(create(tree, tree.root, `d${i}`, DIRECTORY_MODE, 0, 0, 0, null));
    }
    const file = made(create(tree, directory, `f${i}`, FILE_MODE, 0, 0, 0, null));
    write(tree, file, 0, bytes, view, WRITE_HEADROOM, 300, false);
    write(tree, file, 300, bytes, view, WRITE_HEADROOM, 300, false);
    setAttributes(tree, file, { mode: 0o600 });
    rename(tree, directory, `f${i}`, directory, `g${i}`, 0);
    if (i % 2 === 0) unlink(tree, directory, `g${i}`, false);
  }
}

function made(inode: Inode | number): Inode {
  if (typeof inode === "number") throw new Error(`status ${inode}`);
  return inode;
}

function largeWrites(tree: WorkingTree, gib: number): void {
  const bytes = new Uint8Array(WRITE_HEADROOM + WRITE_BYTES);
  crypto.getRandomValues(bytes.subarray(0, 65536));
  const view = new DataView(bytes.buffer);
  const count = gib * 2 ** 30 / WRITE_BYTES;
  let file: Inode | null = null;
  for (let i = 0; i < count; i++) {
    if (i % 512 === 0) file = made(create(tree, tree.root, `f${i}`, FILE_MODE, 0, 0, 0, null));
    write(tree, file!, (i % 512) * WRITE_BYTES, bytes, view, WRITE_HEADROOM, WRITE_BYTES, false);
  }
}
