/**
 * Brings the packs folder to what the index says, after a crash or a clean end alike.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { PackRow } from "../index/object_index.ts";
import type { FileCalls } from "../files/file_calls.ts";
import { getMeta } from "../index/meta.ts";
import { PackAppender } from "../packs/pack_appender.ts";
import { PACK_HEADER_BYTES, packNumber, RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import { prepared } from "../index/prepared.ts";
import { StoreError } from "../format/store_error.ts";
import { packPath, packsPath } from "../files/store_paths.ts";

/**
 * Removes packs that the index does not have and makes an appender for those to come. They were never committed, or
 * everything in them was moved or dropped.
 */
export function recoverPacks(
  directory: string,
  database: DatabaseSync,
  calls: FileCalls,
): PackAppender {
  const rows = prepared(database, "SELECT * FROM packs ORDER BY number")
    .all() as unknown as PackRow[];
  const known = new Set(rows.map(({ number }) => number));
  for (const { name } of Deno.readDirSync(packsPath(directory))) {
    const number = packNumber(name);
    if (number === null || known.has(number)) continue;
    // A row of the table of packs that is lost must not cost the pack.
    if (endOfObjects(database, number) > 0) throw wrongPack(directory, number);
    calls.remove(packPath(directory, number));
  }
  const last = rows.at(-1);
  const usable = last !== undefined && isWhole(directory, database, last) ? last : null;
  const next = Math.max((last?.number ?? 0) + 1, getMeta(database, "next_pack") ?? 1);
  return new PackAppender(directory, usable, next, calls);
}

/** A pack that is shorter than it should be is damaged: what it has stays readable, nothing is added. */
function isWhole(directory: string, database: DatabaseSync, pack: PackRow): boolean {
  if (pack.bytes < PACK_HEADER_BYTES) return false;
  try {
    const { size } = Deno.statSync(packPath(directory, pack.number));
    // What is behind the committed length is cut: unless an object is there, and the length is what is wrong.
    if (size > pack.bytes && endOfObjects(database, pack.number) > pack.bytes) {
      throw wrongPack(directory, pack.number);
    }
    return size >= pack.bytes;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}

/** Where the last object of a pack ends; 0 if it has none. Reads the whole table: only for what should not be. */
function endOfObjects(database: DatabaseSync, pack: number): number {
  const { end } = prepared(
    database,
    `SELECT coalesce(max(offset + stored) + ${RECORD_HEADER_BYTES}, 0) AS end FROM objects
      WHERE pack = ?`,
  ).get(pack) as { end: number };
  return end;
}

function wrongPack(directory: string, pack: number): StoreError {
  const path = packPath(directory, pack);
  return new StoreError(
    "damaged_store",
    `Cannot use the index of ${directory}: what it says of the length of ${path} is wrong. Run verify --repair`,
    { path },
  );
}
