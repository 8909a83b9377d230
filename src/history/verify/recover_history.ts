/**
 * The history's tables of a new index: from the rows of the old one that are still whole, and what is not to be had from them
 * from the commits, which are objects.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { fileExists } from "../../store/files/file_exists.ts";
import { objectIdBytes } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { createQuarantine, QUARANTINE } from "../../store/index/quarantine.ts";
import type { StoredCommit } from "../../store/verify/rebuild_index.ts";
import { journalPath } from "../../store/files/store_paths.ts";
import { putRow, type Row } from "../../store/index/summed_table.ts";
import { listSegments, segmentName } from "../../tree/journal/journal.ts";
import { FIRST_OWN_INODE } from "../../tree/working_tree.ts";
import { branchRow } from "../refs/branch_table.ts";
import { type CommitInfo, decodeCommit, decodeSnapshot } from "../commits/commit.ts";
import { inOrder, newestOfEach } from "../commits/order_commits.ts";
import { COMPACTED } from "../commits/retention_table.ts";
import { attempt, type Salvage } from "./salvage_index.ts";
import {
  BASES,
  BRANCHES,
  COMMITS,
  createHistoryTables,
  OPERATIONS,
  PROJECT,
} from "../commits/schema.ts";

export interface RecoveredHistory {
  readonly commits: number;
  readonly branches: number;
  /** Branches of which nothing was left: they stand at their newest checkpoint, without the changes since then. */
  readonly guessed: readonly string[];
  /** Operations that can be undone no more because their lines are lost. */
  readonly operationsLost: boolean;
}

/** One recovery: fills the history's tables of a new index in which all objects are. */
export class HistoryRecovery {
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

  run(): RecoveredHistory {
    const database = this.#database;
    createHistoryTables(database);
    createQuarantine(database);
    database.exec("BEGIN IMMEDIATE");
    const commits = this.#putCommits();
    const branches = this.#putBranches(commits);
    const operationsLost = this.#putOperations();
    this.#putBases(commits);
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
    const numbers = new Map(known.map(({ id, sequence }) => [String(id), Number(sequence)]));
    let sequence = 0;
    for (const { id, branch, kind, label, time } of ordered) {
      // The number that it has been known by, where that is still known.
      sequence = Math.max(sequence + 1, numbers.get(id) ?? 0);
      putRow(this.#database, COMMITS, { sequence, id, branch, kind, label, time });
    }
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
    if (!fileExists(journalPath(this.#directory, Number(number)))) return null;
    const commit = this.#commits.find(({ id }) => id === head);
    // It may be JSON of anything.
    const isConfirmed = attempt(() => {
      const { root, links } = decodeSnapshot(String(row.snapshot));
      return root.content === commit?.snapshot.root.content && links === commit.snapshot.links;
    });
    // With other contents than the commit's, nothing confirms what else is in the snapshot.
    if (commit === undefined || isConfirmed !== true) return null;
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

  /**
   * A line that is lost is what the branch's last apply says. Without one the branch and the project are taken to have the
   * import in common, which makes more conflicts and overwrites nothing.
   */
  #putBases(commits: readonly CommitInfo[]): void {
    const known = new Set(commits.map(({ id }) => id as string));
    const lost = new Map<string, Row>();
    for (const { kind, branch, parents } of commits) {
      const [, point, , base] = parents;
      if (kind === "apply" && point && base) lost.set(branch, { branch, point, base });
    }
    const isWhole = this.#old.isComplete(BASES) && !this.#old.isBehind;
    const rows = this.#old.isBehind ? [] : this.#old.rows(BASES);
    const kept = new Set(rows.map(({ branch }) => branch));
    const found = isWhole ? [] : [...lost.values()].filter(({ branch }) => !kept.has(branch!));
    for (const row of [...rows, ...found]) {
      const isKnown = known.has(String(row.point)) && known.has(String(row.base));
      if (isKnown) putRow(this.#database, BASES, row);
    }
    for (const row of this.#old.rows(PROJECT)) {
      if (known.has(String(row.id))) putRow(this.#database, PROJECT, row);
    }
  }

  #hasObject(id: Uint8Array): boolean {
    return prepared(this.#database, "SELECT 1 FROM objects WHERE id = ?").get(id) !== undefined;
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
  if (!fileExists(directory)) return 1;
  const segments = listSegments(directory);
  for (const segment of segments) {
    const path = `${directory}/${segmentName(segment)}`;
    Deno.renameSync(path, `${path}.damaged`);
  }
  return (segments.at(-1) ?? 0) + 1;
}
