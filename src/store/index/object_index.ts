/**
 * The tables that say where objects are.
 *
 * @module
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { Location } from "../format/location.ts";
import { createTables, putMeta } from "./meta.ts";
import { type ObjectId, objectIdBytes } from "../format/object_id.ts";

/**
 * Version of the tables below and of everything else in a new directory, journals included: docs/store-format.md says when
 * it is raised.
 */
export const STORE_VERSION = 2;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value, sum INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS packs(
  number INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  objects INTEGER NOT NULL,
  plain INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS objects(
  id BLOB PRIMARY KEY,
  pack INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  stored INTEGER NOT NULL,
  size INTEGER NOT NULL,
  encoding INTEGER NOT NULL,
  type INTEGER NOT NULL
) WITHOUT ROWID;
`;

/** A line of the table of packs. */
export interface PackRow {
  readonly number: number;
  /** Committed length: what is behind it does not count. */
  readonly bytes: number;
  readonly objects: number;
  /** Bytes of the objects when they are not compressed. */
  readonly plain: number;
}

/** Makes the tables of an index that has had `commits` transactions. */
export function createSchema(database: DatabaseSync, commits: number): void {
  createTables(database, SCHEMA);
  database.exec("BEGIN IMMEDIATE");
  putMeta(database, "version", STORE_VERSION);
  putMeta(database, "commits", commits);
  database.exec("COMMIT");
}

/** Finds objects. */
export class ObjectIndex {
  readonly #find: StatementSync;

  constructor(database: DatabaseSync) {
    this.#find = database.prepare(
      "SELECT pack, offset, stored, size, encoding, type FROM objects WHERE id = ?",
    );
  }

  find(id: ObjectId): Location | null {
    const row = this.#find.get(objectIdBytes(id)) as unknown as Location | undefined;
    if (row === undefined) return null;
    return new Location(row.pack, row.offset, row.stored, row.size, row.encoding, row.type);
  }
}
