/**
 * Makes a new index from the packs alone.
 *
 * Only the tables of this module come back: refs and whatever else was in the lost database do not. Commits are
 * objects, so they can be found in the new index by their type.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { close } from "../../host/files.ts";
import { readMark } from "../files/commit_mark.ts";
import { createIndex } from "../index/create_index.ts";
import { type FileCalls, SYSTEM_CALLS } from "../files/file_calls.ts";
import type { Hasher } from "../format/hasher.ts";
import { databaseError } from "../files/io_error.ts";
import { type ObjectId, objectIdBytes } from "../format/object_id.ts";
import { OBJECT_TYPE_CODES } from "../format/object_type.ts";
import { packNumber, RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import { PackReader } from "../packs/pack_reader.ts";
import { decodePayload } from "../format/payload.ts";
import { type ScannedGap, scanPack } from "../packs/pack_scan.ts";
import { StoreError } from "../format/store_error.ts";
import { checkFormat } from "../index/store_format.ts";
import { lockStore } from "../files/store_lock.ts";
import { indexPath, packsPath } from "../files/store_paths.ts";
import { syncDirectory } from "../files/sync_directory.ts";

export interface RebuiltIndex {
  readonly objects: number;
  readonly packs: number;
  /** What is in the packs but is no whole object: torn tails and damage. */
  readonly gaps: readonly ScannedGap[];
}

/** A commit object in the packs. */
export interface StoredCommit {
  readonly id: ObjectId;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Adds to a new index, which has all objects, what is not in packs. `commits`: in the order of the packs. */
export type CompleteIndex = (database: DatabaseSync, commits: readonly StoredCommit[]) => void;

/**
 * Reads all packs of a store that has no index and makes one.
 *
 * @param complete adds to the new index what is not in packs, before the new index takes its place
 *
 * Throws `damaged_store` if there is an index: what it has besides objects would be lost, so moving it away is
 * for the caller to decide. Throws `locked` and `io_error` as opening a writer does.
 */
export function rebuildIndex(
  directory: string,
  hasher: Hasher,
  complete: CompleteIndex = () => {},
  calls: FileCalls = SYSTEM_CALLS,
): RebuiltIndex {
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
    for (const suffix of ["-wal", "-shm", ".new", ".new-wal", ".new-shm"]) {
      remove(path + suffix, calls);
    }
    // The log of an index that was there before must not be found beside the new one.
    syncDirectory(directory, calls);
    const rebuilt = fill(directory, `${path}.new`, hasher, complete);
    calls.rename(`${path}.new`, path);
    syncDirectory(directory, calls);
    return rebuilt;
  } finally {
    close(lock);
  }
}

function fill(
  directory: string,
  path: string,
  hasher: Hasher,
  complete: CompleteIndex,
): RebuiltIndex {
  const packs = new PackReader(directory);
  let database: DatabaseSync | undefined;
  try {
    const mark = readMark(directory);
    // It has seen everything that the lost one had.
    database = createIndex(path, typeof mark === "number" ? mark : 0);
    database.exec("BEGIN IMMEDIATE");
    const { commits, ...rebuilt } = insertAll(directory, database, packs, hasher);
    database.exec("COMMIT");
    complete(database, commits);
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
): RebuiltIndex & { commits: StoredCommit[] } {
  const commits: StoredCommit[] = [];
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
      if (type === OBJECT_TYPE_CODES.commit) {
        const bytes = new Uint8Array(stored);
        packs.read(number, offset + RECORD_HEADER_BYTES, bytes, stored);
        commits.push({ id: found.id, bytes: decodePayload(found.id, found.location, bytes) });
      }
      objects++;
      plain += size;
    }
    // Also where nothing in it is whole: a pack without a row would be taken for one that was never committed.
    insertPack.run(number, end > 0 ? end : packs.size(number), objects, plain);
    total += objects;
  }
  return { objects: total, packs: numbers.length, gaps, commits };
}

function remove(path: string, calls: FileCalls): void {
  try {
    calls.remove(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  }
}
