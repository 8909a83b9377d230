/**
 * Makes a new index from the packs alone.
 *
 * Only the tables of this module come back: refs and whatever else was in the lost database do not. Commits are
 * objects, so they can be found in the new index by their type.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { close } from "../../ffi/libc.ts";
import { createIndex } from "./create_index.ts";
import type { Hasher } from "./hash.ts";
import { databaseError } from "./io_error.ts";
import { objectIdBytes } from "./object_id.ts";
import { packNumber, RECORD_HEADER_BYTES } from "./pack_format.ts";
import { PackReader } from "./pack_reader.ts";
import { type ScannedGap, scanPack } from "./pack_scan.ts";
import { StoreError } from "./store_error.ts";
import { checkFormat } from "./store_format.ts";
import { lockStore } from "./store_lock.ts";
import { indexPath, packsPath } from "./store_paths.ts";
import { syncDirectory } from "./sync_directory.ts";

export interface RebuiltIndex {
  readonly objects: number;
  readonly packs: number;
  /** What is in the packs but is no whole object: torn tails and damage. */
  readonly gaps: readonly ScannedGap[];
}

/**
 * Reads all packs of a store that has no index and makes one.
 *
 * Throws `damaged_store` if there is an index: what it has besides objects would be lost, so moving it away is
 * for the caller to decide. Throws `locked` and `io_error` as opening a writer does.
 */
export function rebuildIndex(directory: string, hasher: Hasher): RebuiltIndex {
  checkFormat(directory);
  const lock = lockStore(directory);
  try {
    const path = indexPath(directory);
    if (Deno.readDirSync(directory).some((entry) => entry.name === "index.sqlite")) {
      throw new StoreError(
        "damaged_store",
        `Cannot rebuild the index of ${directory}: it has one. Move ${path} away first`,
        { path },
      );
    }
    for (const suffix of ["-wal", "-shm", ".new", ".new-wal", ".new-shm"]) remove(path + suffix);
    const rebuilt = fill(directory, `${path}.new`, hasher);
    Deno.renameSync(`${path}.new`, path);
    syncDirectory(directory);
    return rebuilt;
  } finally {
    close(lock);
  }
}

function fill(directory: string, path: string, hasher: Hasher): RebuiltIndex {
  const packs = new PackReader(directory);
  let database: DatabaseSync | undefined;
  try {
    database = createIndex(path);
    database.exec("BEGIN IMMEDIATE");
    const rebuilt = insertAll(directory, database, packs, hasher);
    database.exec("COMMIT");
    return rebuilt;
  } catch (cause) {
    throw databaseError("rebuild the index", path, cause);
  } finally {
    database?.close();
    packs.close();
  }
}

function insertAll(
  directory: string,
  database: DatabaseSync,
  packs: PackReader,
  hasher: Hasher,
): RebuiltIndex {
  // An object may be in two packs after a move that was interrupted: either copy will do.
  const insertObject = database.prepare(
    "INSERT OR IGNORE INTO objects VALUES(?, ?, ?, ?, ?, ?, ?)",
  );
  const insertPack = database.prepare("INSERT INTO packs VALUES(?, ?, ?, ?)");
  const numbers = [...Deno.readDirSync(packsPath(directory))]
    .flatMap(({ name }) => packNumber(name) ?? []).sort((a, b) => a - b);
  const gaps: ScannedGap[] = [];
  let total = 0;
  for (const number of numbers) {
    let objects = 0;
    let plain = 0;
    let end = 0;
    for (const found of scanPack(packs, number, hasher)) {
      if (!("id" in found)) {
        gaps.push(found);
        continue;
      }
      const { offset, stored, size, encoding, type } = found.location;
      const id = objectIdBytes(found.id);
      end = offset + RECORD_HEADER_BYTES + stored;
      if (insertObject.run(id, number, offset, stored, size, encoding, type).changes === 0) {
        continue;
      }
      objects++;
      plain += size;
    }
    // Also where nothing in it is whole: a pack without a row would be taken for one that was never committed.
    insertPack.run(number, end > 0 ? end : packs.size(number), objects, plain);
    total += objects;
  }
  return { objects: total, packs: numbers.length, gaps };
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}
