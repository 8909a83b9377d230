/**
 * Objects that are known to be lost. They are not in the index, so reading them fails at once and putting the
 * same bytes again heals them; this table only remembers what is missing and why.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { createTables } from "./meta.ts";
import { type ObjectId, objectIdBytes, objectIdFromBytes } from "../format/object_id.ts";
import { prepared } from "./prepared.ts";
import { hasTable, putRow, type SummedTable } from "./summed_table.ts";

export const QUARANTINE: SummedTable = { name: "quarantine", columns: ["id", "reason", "time"] };

const SCHEMA = `
CREATE TABLE IF NOT EXISTS quarantine(
  id BLOB PRIMARY KEY,
  reason TEXT NOT NULL,
  time REAL NOT NULL,
  sum INTEGER NOT NULL
) WITHOUT ROWID;
`;

export interface QuarantinedObject {
  readonly id: ObjectId;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export function createQuarantine(database: DatabaseSync): void {
  createTables(database, SCHEMA);
}

/** What is lost. Also of a store that has no such table yet. */
export function quarantined(database: DatabaseSync): QuarantinedObject[] {
  if (!hasTable(database, QUARANTINE.name)) return [];
  return prepared(database, "SELECT id, reason, time FROM quarantine ORDER BY time, id").all()
    .map(({ id, reason, time }) => ({
      id: objectIdFromBytes(id as Uint8Array),
      reason: String(reason),
      time: Number(time),
    }));
}

/** Takes an object out of the index for good. The caller is inside a transaction. */
export function quarantine(database: DatabaseSync, id: ObjectId, reason: string): void {
  const key = objectIdBytes(id);
  prepared(database, "DELETE FROM objects WHERE id = ?").run(key);
  putRow(database, QUARANTINE, { id: key, reason, time: Date.now() }, "INSERT OR IGNORE");
}

/** The object is in the store again. The caller is inside a transaction. */
export function release(database: DatabaseSync, id: ObjectId): void {
  prepared(database, "DELETE FROM quarantine WHERE id = ?").run(objectIdBytes(id));
}
