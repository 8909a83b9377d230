/**
 * A store and a working tree in a directory, opened as a server opens them.
 *
 * @module
 */

import type { Snapshot } from "../../src/store/trees/entry.ts";
import { loadHasher } from "../../src/store/format/hash.ts";
import { createTables } from "../../src/store/index/meta.ts";
import { StoreWriter } from "../../src/store/store_writer.ts";
import { Journal, listSegments } from "../../src/tree/journal/journal.ts";
import { replay, type ReplayReport } from "../../src/tree/replay/replay.ts";
import { FIRST_OWN_INODE, WorkingTree } from "../../src/tree/working_tree.ts";
import { EMPTY_SNAPSHOT } from "../tree/fixture.ts";

export interface Position {
  readonly snapshot: Snapshot;
  readonly segment: number;
  readonly nextInode: number;
}

const TABLE = "CREATE TABLE IF NOT EXISTS place(n INTEGER PRIMARY KEY, position TEXT)";

const hasher = await loadHasher();

/** Replays what is there and begins the next segment. */
export function openPlace(
  directory: string,
): { store: StoreWriter; tree: WorkingTree; report: ReplayReport } {
  const store = StoreWriter.create(`${directory}/store`, hasher);
  createTables(store.database, TABLE);
  const row = store.database.prepare("SELECT position FROM place").get();
  const { snapshot, segment, nextInode }: Position = row === undefined
    ? { snapshot: EMPTY_SNAPSHOT, segment: 1, nextInode: FIRST_OWN_INODE }
    : JSON.parse(String(row.position));
  const journal = new Journal(`${directory}/journal`);
  const tree = new WorkingTree(store, null, journal, snapshot, nextInode);
  const segments = listSegments(journal.directory);
  const live = segments.filter((s) => s >= segment);
  const report = replay(tree, live);
  journal.takeOver(live, report.end);
  journal.begin(Math.max(segment - 1, segments.at(-1) ?? 0) + 1);
  return { store, tree, report };
}

/** In one transaction with the objects that were put. */
export function savePosition(store: StoreWriter, position: Position): void {
  store.commit((database) =>
    database.prepare("INSERT OR REPLACE INTO place VALUES(1, ?)").run(JSON.stringify(position))
  );
}
