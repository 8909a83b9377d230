/**
 * Opens the index of a store.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { readMark } from "../files/commit_mark.ts";
import { fileExists } from "../files/file_exists.ts";
import { databaseError } from "../files/io_error.ts";
import { getMeta, META, schemaFault } from "./meta.ts";
import { StoreError } from "../format/store_error.ts";
import { checkVersion } from "./store_format.ts";
import { indexPath } from "../files/store_paths.ts";
import { hasTable } from "./summed_table.ts";

/** How long a statement waits for another connection's transaction, ms. */
const BUSY_TIMEOUT = 10_000;

/** Opens the index of the store `directory`. Throws `damaged_store`, `newer_version`, `io_error`. */
export function openIndex(directory: string, readOnly: boolean): DatabaseSync {
  const path = indexPath(directory);
  if (!fileExists(path)) throw damagedIndex(path, "it is missing");
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly });
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    if (!readOnly) setUpForWriting(database);
    if (!hasTable(database, META.name)) throw damagedIndex(path, "it has no version");
    const fault = indexFault(directory, database);
    if (fault !== null) throw damagedIndex(path, fault);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof StoreError) throw cause;
    if (/not a database|malformed|unsupported file format/.test((cause as Error).message)) {
      throw damagedIndex(path, (cause as Error).message, cause);
    }
    throw databaseError("open the index", path, cause);
  }
}

/** What is wrong with an index as a whole, as far as that is told at once; or null. */
function indexFault(directory: string, database: DatabaseSync): string | null {
  try {
    const version = getMeta(database, "version");
    if (version === null) return "it has no version";
    checkVersion(directory, version);
    const mark = readMark(directory);
    const commits = getMeta(database, "commits");
    if (typeof mark === "number" && (commits === null || commits < mark)) {
      return `of ${mark} transactions it has ${commits ?? 0}`;
    }
    return schemaFault(database);
  } catch (cause) {
    if (cause instanceof RangeError) return cause.message;
    throw cause;
  }
}

/**
 * Pages of the write-ahead log at which a commit brings them into the database itself, which makes that commit take
 * tens of milliseconds: only if nobody did it before ({@linkcode StoreWriter.tidy}).
 */
const WAL_PAGES = 16_384;

/** What a connection that writes needs, be the database new or old. */
export function setUpForWriting(database: DatabaseSync): void {
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
}

function damagedIndex(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError(
    "damaged_store",
    `Cannot use the index ${path}: ${why}. A new one can be made: agentvfs verify --repair`,
    { path },
    { cause },
  );
}
