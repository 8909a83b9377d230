/**
 * Single values of the index, and the sum over its tables' definitions.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { databaseError } from "../files/io_error.ts";
import { prepared } from "./prepared.ts";
import { isWholeRow, putRow, rowSum, type SummedTable } from "./summed_table.ts";

export const META: SummedTable = { name: "meta", columns: ["key", "value"] };

/**
 * - `version`: of the store's format
 * - `schema`: {@linkcode schemaSum}
 * - `commits`: transactions there have been, see commit_mark.ts
 * - `next_pack`: lowest number for a new pack
 * - `gc_time`, `gc_bytes`: of the last garbage collection
 * - `import_began`: when the import began to read the project, ms since 1970
 * - `next_inode`: above the inode numbers that deleted branches had
 * - `last_number`: the highest number that a commit or operation had of which not even the line is left
 */
export type MetaKey =
  | "version"
  | "schema"
  | "commits"
  | "next_pack"
  | "gc_time"
  | "gc_bytes"
  | "next_inode"
  | "last_number"
  | "import_began";

/** A value, null where there is none. Throws RangeError if it is not as it was written. */
export function getMeta(database: DatabaseSync, key: MetaKey): number | null {
  const row = prepared(database, "SELECT * FROM meta WHERE key = ?").get(key);
  if (row === undefined) return null;
  if (!isWholeRow(META, row)) throw new RangeError(`its value of ${key} is damaged`);
  return Number(row.value);
}

/** For a value that is written often: takes a {@linkcode metaRow}. */
export const PUT_META = "INSERT OR REPLACE INTO meta (key, value, sum) VALUES (?, ?, ?)";

export function metaRow(key: MetaKey, value: number): [MetaKey, number, number] {
  return [key, value, rowSum(META, { key, value })];
}

/** The caller is inside a transaction. */
export function putMeta(database: DatabaseSync, key: MetaKey, value: number): void {
  putRow(database, META, { key, value });
}

/**
 * Makes tables and indexes in a transaction of its own. Everything that defines one goes through here: an index with
 * tables that nobody made here is refused when it is opened.
 *
 * @param sql statements that do nothing where what they make is there
 *
 * Throws `no_space` and `io_error`.
 */
export function createTables(database: DatabaseSync, sql: string): void {
  const path = String(prepared(database, "PRAGMA database_list").get()!.file);
  try {
    database.exec("BEGIN IMMEDIATE");
    database.exec(sql);
    const sum = schemaSum(database);
    if (getMeta(database, "schema") !== sum) putMeta(database, "schema", sum);
    database.exec("COMMIT");
  } catch (cause) {
    rollBack(database);
    throw databaseError("make tables in", path, cause);
  }
}

/** Ends the transaction that failed, if SQLite has not done so itself. */
export function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // There is none any more: the first error tells why.
  }
}

/** Why the definitions of the tables are not those that were made, or null. */
export function schemaFault(database: DatabaseSync): string | null {
  const known = getMeta(database, "schema");
  return known === schemaSum(database) ? null : "its tables are not those that were made";
}

function schemaSum(database: DatabaseSync): number {
  const rows = prepared(database, "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_master")
    .all().map((row) => JSON.stringify(Object.values(row)));
  return crc32(rows.sort().join("\n"));
}
