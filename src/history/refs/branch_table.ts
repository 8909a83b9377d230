/**
 * The refs of a store: where each branch is.
 *
 * A branch has a number besides its name, which names its journal's directory and its inode space in a mount. Numbers
 * of deleted branches are used again, the smallest first; main, the first branch of a store, has 0.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Snapshot } from "../../store/trees/entry.ts";
import { getMeta, putMeta } from "../../store/index/meta.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { isWholeRow, putRow, type Row } from "../../store/index/summed_table.ts";
import { decodeSnapshot, encodeSnapshot, storedId } from "../commits/commit.ts";
import { HistoryError } from "../commits/history_error.ts";
import { BRANCHES, COMMITS, OPERATIONS } from "../commits/schema.ts";

/** Most branches that can be at one time: a mount has so many inode spaces for them. */
export const BRANCH_LIMIT = 1024;

/** A merge that stands in the working tree with marks where there were conflicts. */
export interface MergeInProgress {
  /** Commits that the merge commit will have as parents besides the branch's own. */
  readonly parents: readonly ObjectId[];
  readonly label: string;
  readonly message: string;
  /** Absent: a merge. */
  readonly kind?: "revert" | "refresh";
  /** Paths (binary strings) with conflicts. */
  readonly paths: readonly string[];
}

/** Where a branch is. */
export interface BranchState {
  readonly name: string;
  readonly number: number;
  /** The branch it was made from; null for the first. */
  readonly parent: string | null;
  /** When it was made, ms since 1970. */
  readonly created: number;
  /**
   * Commits in which branches began that were made from this one's uncommitted work. The next commit has them as parents,
   * so that a merge finds what both have in common.
   */
  readonly forks: readonly ObjectId[];
  /** A merge that is to be continued or aborted. */
  readonly merge: MergeInProgress | null;
  /** Its current commit; null before the first. */
  readonly head: ObjectId | null;
  /** What of the working tree is in the store: the head's snapshot, or a later one without a commit. */
  readonly snapshot: Snapshot;
  /** First journal segment that is not in `snapshot` yet. */
  readonly segment: number;
  /** Inode number for the next new file. */
  readonly nextInode: number;
}

/** What a checkpoint moves. */
export type BranchMove =
  & Pick<
    BranchState,
    "name" | "head" | "snapshot" | "segment" | "nextInode"
  >
  & { readonly merge?: MergeInProgress | null };

export class BranchTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(name: string): BranchState | null {
    const row = prepared(this.#database, "SELECT * FROM branches WHERE name = ?").get(name);
    return row === undefined ? null : readBranch(row);
  }

  /** By name. */
  list(): BranchState[] {
    return prepared(this.#database, "SELECT * FROM branches ORDER BY name").all().map(readBranch);
  }

  /** Above every inode number that a branch has or had. */
  nextInode(): number {
    const deleted = getMeta(this.#database, "next_inode") ?? 0;
    return this.list().reduce((most, { nextInode }) => Math.max(most, nextInode), deleted);
  }

  /** Moves a branch, made if need be. The caller is inside a transaction. */
  move(to: BranchMove): void {
    const known = this.get(to.name);
    if (known === null) this.create({ ...to, parent: null });
    else this.#put({ ...known, ...to, forks: known.head === to.head ? known.forks : [] });
  }

  /** The caller is inside a transaction. Throws {@linkcode HistoryError} `too_many_branches`. */
  create(branch: BranchMove & { readonly parent: string | null }): void {
    this.#put({
      ...branch,
      number: this.#freeNumber(),
      created: Date.now(),
      forks: [],
      merge: null,
      nextInode: Math.max(branch.nextInode, this.nextInode()),
    });
  }

  /** Another branch begins in `commit`, with what `name` has not committed. The caller is inside a transaction. */
  addFork(name: string, commit: ObjectId): void {
    const known = this.get(name)!;
    this.#put({ ...known, forks: [...known.forks, commit] });
  }

  /** The caller is inside a transaction. */
  delete(name: string): void {
    putMeta(this.#database, "next_inode", this.nextInode());
    prepared(this.#database, "DELETE FROM branches WHERE name = ?").run(name);
  }

  /** With all that was recorded under the old name. The caller is inside a transaction. */
  rename(from: string, to: string): void {
    const known = this.get(from)!;
    prepared(this.#database, "DELETE FROM branches WHERE name = ?").run(from);
    this.#put({ ...known, name: to });
    for (const branch of this.list()) {
      if (branch.parent === from) this.#put({ ...branch, parent: to });
    }
    for (const table of [COMMITS, OPERATIONS]) {
      const rows = prepared(this.#database, `SELECT * FROM ${table.name} WHERE branch = ?`).all(
        from,
      );
      for (const row of rows) putRow(this.#database, table, { ...row, branch: to });
    }
  }

  #put(branch: BranchState): void {
    putRow(this.#database, BRANCHES, branchRow(branch));
  }

  #freeNumber(): number {
    const used = prepared(this.#database, "SELECT number FROM branches ORDER BY number").all();
    const gap = used.findIndex(({ number }, i) => number !== i);
    const free = gap < 0 ? used.length : gap;
    if (free < BRANCH_LIMIT) return free;
    throw new HistoryError(
      "too_many_branches",
      `There are ${BRANCH_LIMIT} branches already, which is all a store can have. Delete one`,
    );
  }
}

/** The row of the table `branches` that tells of it. */
export function branchRow(branch: BranchState): Row {
  const { name, number, parent, created, head, segment, nextInode } = branch;
  const forks = JSON.stringify(branch.forks);
  const merge = branch.merge === null ? null : JSON.stringify(branch.merge);
  const snapshot = encodeSnapshot(branch.snapshot);
  const next_inode = nextInode;
  return { name, number, parent, created, forks, merge, head, snapshot, segment, next_inode };
}

/** What a row tells. Throws {@linkcode HistoryError} `corrupt_ref` if it is not as it was written. */
export function readBranch(row: Row): BranchState {
  if (!isWholeRow(BRANCHES, row)) {
    throw new HistoryError(
      "corrupt_ref",
      `Cannot read branch ${row.name}: its line in the index is damaged. Run agentvfs verify --repair`,
      { subject: String(row.name) },
    );
  }
  return {
    name: String(row.name),
    number: Number(row.number),
    parent: row.parent === null ? null : String(row.parent),
    created: Number(row.created),
    forks: (JSON.parse(String(row.forks)) as string[]).map(storedId),
    merge: row.merge === null ? null : JSON.parse(String(row.merge)),
    head: row.head === null ? null : storedId(String(row.head)),
    snapshot: decodeSnapshot(String(row.snapshot)),
    segment: Number(row.segment),
    nextInode: Number(row.next_inode),
  };
}
