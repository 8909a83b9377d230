/**
 * The tables of the history in the store's database. Ids are 64 hex digits, so that a prefix is a range.
 *
 * - `commits` makes commit objects findable; everything in it can be rebuilt from them.
 * - `branches` holds the refs: `head` is a commit, `snapshot` may be ahead of it (JSON of a snapshot that no
 *   commit names), `segment` is the first journal segment that is not in `snapshot`.
 * - `compacted` (retention_table.ts) names commits whose contents are gone.
 * - `operations` is the log that undo and redo follow: each row moved `branch` from one commit to another.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { createRetentionTable } from "./retention_table.ts";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS commits (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  branch TEXT NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  time REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS commits_by_branch ON commits (branch, sequence);
CREATE INDEX IF NOT EXISTS commits_by_label ON commits (label, sequence);
CREATE TABLE IF NOT EXISTS branches (
  name TEXT PRIMARY KEY,
  head TEXT,
  snapshot TEXT NOT NULL,
  segment INTEGER NOT NULL,
  next_inode INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  branch TEXT NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  time REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS operations_by_branch ON operations (branch, sequence);
`;

/** Makes the tables where they are missing. */
export function createHistoryTables(database: DatabaseSync): void {
  database.exec(SCHEMA);
  createRetentionTable(database);
}
