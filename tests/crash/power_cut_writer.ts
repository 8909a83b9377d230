/**
 * A process for power_cuts.ts to stop: makes files in a working tree, syncs the journal now and then, takes
 * checkpoints, and says what was promised once it was.
 *
 *     power_cut_writer.ts DIRECTORY PROMISES
 *
 * File number n is called `n` and holds {@linkcode textOf} n. A line of PROMISES is a number up to which all are
 * durable.
 *
 * @module
 */

import { write } from "../../src/tree/operations/data.ts";
import type { Inode } from "../../src/tree/nodes/inode.ts";
import { WRITE_HEADROOM } from "../../src/tree/journal/journal_record.ts";
import { create } from "../../src/tree/operations/names.ts";
import { settle, takeCapture } from "../../src/tree/capture/take_capture.ts";
import { JournalReader } from "../../src/daemon/background/journal_reader.ts";
import { buildSnapshot } from "../../src/history/snapshots/build_snapshot.ts";
import { randomness } from "../support/random.ts";
import { openPlace, savePosition } from "./power_cut_place.ts";

const FILE = 0o100644;
const FILES = 12_000;

/** What a file holds. */
export function textOf(n: number): string {
  return `file ${n} `.repeat(1 + n * 7919 % 900);
}

if (import.meta.main) {
  const [directory, promises] = Deno.args as [string, string];
  const { store, tree } = openPlace(directory);
  const random = randomness(1);
  const told = Deno.openSync(promises, { append: true, create: true });
  const promise = (n: number) => {
    told.writeSync(new TextEncoder().encode(`${n}\n`));
    told.syncDataSync();
  };
  for (let n = 0; n < FILES; n++) {
    const inode = create(tree, tree.root, String(n), FILE, 0, 0, 0, null) as Inode;
    const text = new TextEncoder().encode(textOf(n));
    const bytes = new Uint8Array(WRITE_HEADROOM + text.length);
    bytes.set(text, WRITE_HEADROOM);
    const view = new DataView(bytes.buffer);
    write(tree, inode, 0, bytes, view, WRITE_HEADROOM, text.length, false);
    if (random(4) === 0) {
      if (tree.journal.sync() !== 0) throw new Error("The sync failed");
      promise(n);
    }
    if (random(40) === 0) {
      const { capture, pending } = takeCapture(tree);
      const reader = new JournalReader(`${directory}/journal`);
      const { snapshot, slots } = buildSnapshot(store, capture, (...at) => reader.read(...at));
      savePosition(store, { snapshot, segment: pending.segment, nextInode: tree.nextInode });
      reader.close();
      settle(tree, pending, snapshot, slots);
      promise(n);
    }
  }
}
