/**
 * Opens the index of a store.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { databaseError } from "./io_error.ts";
import { indexVersion } from "./object_index.ts";
import { StoreError } from "./store_error.ts";
import { checkVersion } from "./store_format.ts";
import { indexPath } from "./store_paths.ts";

/** How long a statement waits for another connection's transaction, ms. */
const BUSY_TIMEOUT = 10_000;

/** Opens the index of the store `directory`. Throws `damaged_store`, `newer_version`, `io_error`. */
export function openIndex(directory: string, readOnly: boolean): DatabaseSync {
  const path = indexPath(directory);
  if (!exists(path)) throw damagedIndex(path, "it is missing");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly });
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    if (!readOnly) database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    const version = indexVersion(database);
    if (version === null) throw damagedIndex(path, "it has no version");
    checkVersion(directory, version);
    return database;
  } catch (cause) {
    database?.close();
    if (/not a database|malformed/.test((cause as Error).message)) {
      throw damagedIndex(path, (cause as Error).message, cause);
    }
    throw databaseError("open the index", path, cause);
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}

function damagedIndex(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    "damaged_store",
    `Cannot use the index ${path}: ${why}. The objects are in the packs and can be indexed again`,
    { path },
    { cause },
  );
}
