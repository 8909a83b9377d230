/**
 * The tables of the history in the store's database. Ids are 64 hex digits, so that a prefix is a range.
 *
 * - `commits` makes commit objects findable; everything in it can be rebuilt from them.
 * - `branches` holds the refs: `number` names the journal's directory, `parent` is the branch it was made from, `head`
 *   is a commit, `snapshot` may be ahead of it (JSON of a snapshot that no commit names), `segment` is the first
 *   journal segment that is not in `snapshot`. `forks` (JSON of ids) are commits in which branches began that were
 *   made from what this one had not committed; `merge` (JSON) tells of a merge whose conflicts are being settled.
 * - `compacted` (retention_table.ts) names commits whose contents are gone.
 * - `bases` says what each branch and the project have in common: the snapshot of `base`, at the time the branch had come to
 *   `point`. `project` names single commits: `look` is the project as it was seen last, `applying` an apply that is not over.
 * - `operations` is the log that undo and redo follow: each row moved `branch` from one commit to another. One that made a
 *   commit has the commit's `sequence`.
 *
 * Each row has a checksum (summed_table.ts).
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { createTables } from "../../store/index/meta.ts";
import type { SummedTable } from "../../store/index/summed_table.ts";
import { COMPACTED, createRetentionTable } from "./retention_table.ts";

export const COMMITS: SummedTable = {
  name: "commits",
  columns: ["sequence", "id", "branch", "kind", "label", "time"],
};
export const BRANCHES: SummedTable = {
  name: "branches",
  columns: [
    "name",
    "number",
    "parent",
    "created",
    "forks",
    "merge",
    "head",
    "snapshot",
    "segment",
    "next_inode",
  ],
};
export const OPERATIONS: SummedTable = {
  name: "operations",
  columns: ["sequence", "branch", "kind", "source", "target", "time"],
};

export const BASES: SummedTable = { name: "bases", columns: ["branch", "point", "base"] };
export const PROJECT: SummedTable = { name: "project", columns: ["name", "id"] };

/** All tables of the history whose rows have checksums. */
export const HISTORY_TABLES: readonly SummedTable[] = [
  COMMITS,
  BRANCHES,
  OPERATIONS,
  COMPACTED,
  BASES,
  PROJECT,
];

const SCHEMA = `
CREATE TABLE IF NOT EXISTS commits (
  sequence INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  branch TEXT NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  time REAL NOT NULL,
  sum INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS commits_by_branch ON commits (branch, sequence);
CREATE INDEX IF NOT EXISTS commits_by_label_and_branch ON commits (label, branch, sequence);
CREATE INDEX IF NOT EXISTS commits_by_label ON commits (label, sequence);
CREATE TABLE IF NOT EXISTS branches (
  name TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  parent TEXT,
  created REAL NOT NULL,
  forks TEXT NOT NULL,
  merge TEXT,
  head TEXT,
  snapshot TEXT NOT NULL,
  segment INTEGER NOT NULL,
  next_inode INTEGER NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
  sequence INTEGER PRIMARY KEY,
  branch TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  time REAL NOT NULL,
  sum INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS operations_by_branch ON operations (branch, sequence);
CREATE TABLE IF NOT EXISTS bases (
  branch TEXT PRIMARY KEY,
  point TEXT NOT NULL,
  base TEXT NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS project (
  name TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** Makes the tables where they are missing. */
export function createHistoryTables(database: DatabaseSync): void {
  createTables(database, SCHEMA);
  createRetentionTable(database);
}
