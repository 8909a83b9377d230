/**
 * Makes a new index in place of a damaged one: objects from the packs, everything else from the rows that are still whole, and
 * what is not to be had from them from the commits.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { close } from "../../ffi/open.ts";
import { readMark } from "../store/commit_mark.ts";
import type { Hasher } from "../store/hash.ts";
import { getMeta } from "../store/meta.ts";
import { objectIdBytes } from "../store/object_id.ts";
import { createQuarantine, QUARANTINE } from "../store/quarantine.ts";
import { rebuildIndex, type StoredCommit } from "../store/rebuild_index.ts";
import { lockStore } from "../store/store_lock.ts";
import { indexPath, journalPath } from "../store/store_paths.ts";
import { isWholeRow, putRow, type Row, type SummedTable } from "../store/summed_table.ts";
import { listSegments, segmentName } from "../tree/journal.ts";
import { FIRST_OWN_INODE } from "../tree/working_tree.ts";
import { branchRow } from "./branch_table.ts";
import { type CommitInfo, decodeCommit, decodeSnapshot } from "./commit.ts";
import { COMPACTED } from "./retention_table.ts";
import { BRANCHES, COMMITS, createHistoryTables, OPERATIONS } from "./schema.ts";

export interface RecoveredIndex {
  readonly objects: number;
  readonly commits: number;
  readonly branches: number;
  /** Branches of which nothing was left: they stand at their newest checkpoint, without the changes since then. */
  readonly guessed: readonly string[];
  /** Operations that can be undone no more because their lines are lost. */
  readonly operationsLost: boolean;
}

/** Where the damaged index stays while a new one is made, and after if not all of it could be read. */
export function damagedIndexPath(directory: string): string {
  return `${indexPath(directory)}.damaged`;
}

/** Nobody else may have the store open. Throws StoreError `locked`, `io_error`. */
export function recoverIndex(directory: string, hasher: Hasher): RecoveredIndex {
  close(lockStore(directory));
  setAside(directory);
  const old = new Salvage(directory);
  let recovered: RecoveredIndex | undefined;
  const { objects } = rebuildIndex(directory, hasher, (database, stored) => {
    recovered = { objects: 0, ...new Recovery(directory, database, old, stored).run() };
  });
  const { guessed, operationsLost } = recovered!;
  if (guessed.length === 0 && !operationsLost) removeAside(directory);
  return { ...recovered!, objects };
}

const SUFFIXES = ["", "-wal", "-shm"];

/** An index that is there already was set aside by a recovery that did not come to its end. */
function setAside(directory: string): void {
  if (!exists(indexPath(directory))) return;
  removeAside(directory);
  for (const suffix of SUFFIXES) {
    if (!exists(indexPath(directory) + suffix)) continue;
    Deno.renameSync(indexPath(directory) + suffix, damagedIndexPath(directory) + suffix);
  }
}

function removeAside(directory: string): void {
  for (const suffix of SUFFIXES) {
    const path = damagedIndexPath(directory) + suffix;
    if (exists(path)) Deno.removeSync(path);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** What can still be read of the old index. */
class Salvage {
  readonly #rows = new Map<SummedTable, { rows: Row[]; isComplete: boolean }>();
  /** True if transactions are missing in it. */
  isBehind = true;
  #isRead = false;

  constructor(directory: string) {
    const path = damagedIndexPath(directory);
    const tables = [COMMITS, BRANCHES, OPERATIONS, COMPACTED, QUARANTINE];
    for (const table of tables) this.#rows.set(table, { rows: [], isComplete: false });
    if (!exists(path)) return;
    mendHeader(path);
    const alone = `${path}.alone`;
    Deno.copyFileSync(path, alone);
    try {
      this.#read(directory, path, tables);
      // A damaged log may be one of which everything is in the index itself.
      if (this.isBehind) this.#read(directory, alone, tables);
    } finally {
      Deno.removeSync(alone);
    }
  }

  /** Takes what is in the index `path`, unless it is behind and something was read before. */
  #read(directory: string, path: string, tables: readonly SummedTable[]): void {
    try {
      using database = new DatabaseSync(path);
      const mark = readMark(directory);
      const commits = attempt(() => getMeta(database, "commits"));
      // Of the two, it is the index or the mark that is damaged.
      const isBehind = commits === null || (typeof mark === "number" && commits < mark);
      if (isBehind && this.#isRead) return;
      this.#isRead = true;
      this.isBehind = isBehind;
      const isSound = attempt(() => isWellFormed(database)) ?? false;
      for (const table of tables) {
        const read = readRows(database, table);
        this.#rows.set(table, { ...read, isComplete: read.isComplete && isSound });
      }
    } catch {
      // Nothing of it can be read.
    }
  }

  rows(table: SummedTable): readonly Row[] {
    return this.#rows.get(table)!.rows.filter((row) => isWholeRow(table, row));
  }

  /** Rows that are not as they were written. */
  damaged(table: SummedTable): readonly Row[] {
    return this.#rows.get(table)!.rows.filter((row) => !isWholeRow(table, row));
  }

  /** True if no row of the table is missing or damaged. */
  isComplete(table: SummedTable): boolean {
    return this.#rows.get(table)!.isComplete && this.damaged(table).length === 0 && !this.isBehind;
  }
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function isWellFormed(database: DatabaseSync): boolean {
  return Object.values(database.prepare("PRAGMA integrity_check(1)").get()!)[0] === "ok";
}

function readRows(
  database: DatabaseSync,
  { name }: SummedTable,
): { rows: Row[]; isComplete: boolean } {
  const rows: Row[] = [];
  try {
    // By the table itself: an index of it may be what is damaged.
    for (const row of database.prepare(`SELECT * FROM ${name} NOT INDEXED`).iterate()) {
      rows.push(row);
    }
    return { rows, isComplete: true };
  } catch {
    return { rows, isComplete: false };
  }
}

/** Puts the bytes of SQLite's header right that are the same in every index (sqlite.org/fileformat2.html). */
function mendHeader(path: string): void {
  using file = Deno.openSync(path, { write: true });
  file.writeSync(
    new Uint8Array([...new TextEncoder().encode("SQLite format 3\0"), 16, 0, 2, 2, 0, 64, 32, 32]),
  );
  for (const [offset, value] of [[44, 4], [56, 1]] as const) {
    file.seekSync(offset, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array([0, 0, 0, value]));
  }
}

class Recovery {
  readonly #database: DatabaseSync;
  readonly #old: Salvage;
  readonly #commits: CommitInfo[];
  readonly #guessed: string[] = [];

  readonly #directory: string;

  constructor(
    directory: string,
    database: DatabaseSync,
    old: Salvage,
    stored: readonly StoredCommit[],
  ) {
    this.#directory = directory;
    this.#database = database;
    this.#old = old;
    this.#commits = stored.flatMap(({ id, bytes }) => attempt(() => decodeCommit(id, bytes)) ?? []);
  }

  run(): Omit<RecoveredIndex, "objects"> {
    const database = this.#database;
    createHistoryTables(database);
    createQuarantine(database);
    database.exec("BEGIN IMMEDIATE");
    const commits = this.#putCommits();
    const branches = this.#putBranches(commits);
    const operationsLost = this.#putOperations();
    for (const row of this.#old.rows(QUARANTINE)) {
      if (!this.#hasObject(row.id as Uint8Array)) putRow(database, QUARANTINE, row);
    }
    database.exec("COMMIT");
    return { commits: commits.length, branches, guessed: this.#guessed, operationsLost };
  }

  /** Returns the commits in the order of their lines. */
  #putCommits(): CommitInfo[] {
    const known = this.#old.rows(COMMITS);
    const compacted = this.#old.rows(COMPACTED);
    const byId = new Map(this.#commits.map((commit) => [commit.id as string, commit]));
    const ordered = this.#old.isComplete(COMMITS)
      ? known.flatMap(({ id }) => byId.get(String(id)) ?? [])
      : inOrder(known, this.#commits);
    ordered.forEach(({ id, branch, kind, label, time }, i) => {
      putRow(this.#database, COMMITS, { sequence: i + 1, id, branch, kind, label, time });
    });
    for (const row of compacted) putRow(this.#database, COMPACTED, row);
    if (this.#old.isComplete(COMPACTED)) return ordered;
    for (const { id, snapshot, time } of ordered) {
      const { content } = snapshot.root;
      if (content === null || this.#hasObject(objectIdBytes(content))) continue;
      putRow(this.#database, COMPACTED, { id, time });
    }
    return ordered;
  }

  #putBranches(commits: readonly CommitInfo[]): number {
    const old = this.#old;
    const names = new Set<string>();
    const numbers = new Set<number>();
    const put = (row: Row) => {
      names.add(String(row.name));
      numbers.add(Number(row.number));
      putRow(this.#database, BRANCHES, row);
    };
    // Those of an index that is behind tell of a past state, together with the journal of another one.
    if (!old.isBehind) { for (const row of old.rows(BRANCHES)) put(row); }
    if (!old.isComplete(BRANCHES)) {
      const newest = newestOfEach(commits);
      if (!old.isBehind) {
        for (const row of old.damaged(BRANCHES)) {
          const taken = names.has(String(row.name)) || numbers.has(Number(row.number));
          const mended = taken ? null : this.#mend(row, newest);
          if (mended !== null) put(mended);
        }
      }
      for (const [name, commit] of newest) {
        if (names.has(name)) continue;
        const number = freeNumber(numbers);
        put(branchRow({
          name,
          number,
          parent: null,
          created: commit.time,
          forks: [],
          merge: null,
          head: commit.id,
          snapshot: commit.snapshot,
          segment: giveUpJournal(journalPath(this.#directory, number)),
          nextInode: FIRST_OWN_INODE + INODES_SKIPPED,
        }));
        this.#guessed.push(name);
      }
    }
    return names.size;
  }

  /** A damaged row in which everything that matters is confirmed by something else; or null. */
  #mend(row: Row, newest: ReadonlyMap<string, CommitInfo>): Row | null {
    const { name, number, head, segment, next_inode: nextInode } = row;
    if (!newest.has(String(name)) || !Number.isSafeInteger(segment)) return null;
    // No directory is there but those of branches.
    if (!exists(journalPath(this.#directory, Number(number)))) return null;
    const commit = this.#commits.find(({ id }) => id === head);
    const snapshot = attempt(() => decodeSnapshot(String(row.snapshot)));
    if (commit === undefined || snapshot === null) return null;
    const { content } = snapshot.root;
    // With other contents than the commit's, nothing confirms what else is in the snapshot.
    if (content !== commit.snapshot.root.content || snapshot.links !== commit.snapshot.links) {
      return null;
    }
    return branchRow({
      name: String(name),
      number: Number(number),
      parent: null,
      created: commit.time,
      forks: [],
      merge: null,
      head: commit.id,
      snapshot: commit.snapshot,
      segment: Number(segment),
      nextInode: Math.max(inodeNumber(nextInode), FIRST_OWN_INODE) + INODES_SKIPPED,
    });
  }

  #putOperations(): boolean {
    if (!this.#old.isComplete(OPERATIONS)) return true;
    for (const row of this.#old.rows(OPERATIONS)) putRow(this.#database, OPERATIONS, row);
    return false;
  }

  #hasObject(id: Uint8Array): boolean {
    return this.#database.prepare("SELECT 1 FROM objects WHERE id = ?").get(id) !== undefined;
  }
}

/** Above every inode number that was given out, whatever bit of the highest was flipped. */
const INODES_SKIPPED = 2 ** 50;

function inodeNumber(value: unknown): number {
  return Number.isSafeInteger(value) ? value as number : 0;
}

/** The smallest that no other branch has: main comes first, and had 0. */
function freeNumber(taken: ReadonlySet<number>): number {
  let number = 0;
  while (taken.has(number)) number++;
  return number;
}

/**
 * Of a branch of which only commits are left: what its journal tells belongs to a state that is not known. The segments stay
 * under other names for somebody to look at. Returns the number for the next one.
 */
function giveUpJournal(directory: string): number {
  if (!exists(directory)) return 1;
  const segments = listSegments(directory);
  for (const segment of segments) {
    const path = `${directory}/${segmentName(segment)}`;
    Deno.renameSync(path, `${path}.damaged`);
  }
  return (segments.at(-1) ?? 0) + 1;
}

/** All commits: those whose line is known where it was, the others by time; parents first. */
function inOrder(known: readonly Row[], commits: readonly CommitInfo[]): CommitInfo[] {
  const sequences = new Map(known.map(({ id, sequence }) => [String(id), Number(sequence)]));
  const byTime = commits.toSorted((a, b) =>
    a.time - b.time || (sequences.get(a.id) ?? Infinity) - (sequences.get(b.id) ?? Infinity)
  );
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const ordered = new Set<CommitInfo>();
  for (const commit of byTime) {
    const path = [commit];
    // Without recursion: a history is long.
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent: CommitInfo | undefined = top.parents.map((id) => byId.get(id))
        .find((parent) => parent !== undefined && !ordered.has(parent));
      if (parent !== undefined) path.push(parent);
      else {
        ordered.add(top);
        path.pop();
      }
    }
  }
  return [...ordered];
}

/** By branch, the newest commit that is not one made for safety. */
function newestOfEach(commits: readonly CommitInfo[]): Map<string, CommitInfo> {
  const newest = new Map<string, CommitInfo>();
  for (const commit of commits) {
    if (commit.kind !== "safety" || !newest.has(commit.branch)) newest.set(commit.branch, commit);
  }
  return newest;
}
