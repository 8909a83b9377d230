/**
 * Which commits are compacted: their objects and lines of the log are kept, what they recorded is not.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { createTables } from "../../store/index/meta.ts";
import { prepared } from "../../store/index/prepared.ts";
import { keepNumbers } from "./next_number.ts";
import { hasTable, putRow, type SummedTable } from "../../store/index/summed_table.ts";

export const COMPACTED: SummedTable = { name: "compacted", columns: ["id", "time"] };

const SCHEMA = `
CREATE TABLE IF NOT EXISTS compacted (
  id TEXT PRIMARY KEY,
  time REAL NOT NULL,
  sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export function createRetentionTable(database: DatabaseSync): void {
  createTables(database, SCHEMA);
}

/** Ids of the compacted commits. Also of a store that has no such table yet. */
export function compactedIds(database: DatabaseSync): Set<string> {
  if (!hasTable(database, COMPACTED.name)) return new Set();
  return new Set(prepared(database, "SELECT id FROM compacted").all().map(({ id }) => String(id)));
}

export function isCompacted(database: DatabaseSync, id: string): boolean {
  return prepared(database, "SELECT 1 FROM compacted WHERE id = ?").get(id) !== undefined;
}

/** Marks commits. The caller is inside a transaction. */
export function compact(database: DatabaseSync, ids: Iterable<string>, time: number): void {
  for (const id of ids) putRow(database, COMPACTED, { id, time }, "INSERT OR IGNORE");
}

/** Takes commits out of the log altogether. The caller is inside a transaction. */
export function forgetCommits(database: DatabaseSync, ids: readonly string[]): void {
  if (ids.length === 0) return;
  keepNumbers(database);
  const statements = [
    "DELETE FROM commits WHERE id = ?",
    "DELETE FROM compacted WHERE id = ?",
  ].map((sql) => prepared(database, sql));
  const lastOperation = prepared(
    database,
    "SELECT max(sequence) AS last FROM operations WHERE source = ?1 OR target = ?1",
  );
  let last = 0;
  for (const id of ids) {
    last = Math.max(last, Number(lastOperation.get(id)!.last ?? 0));
    for (const statement of statements) statement.run(id);
  }
  // What can be undone begins after the last move that is not understood any more.
  prepared(database, "DELETE FROM operations WHERE sequence <= ?").run(last);
}
