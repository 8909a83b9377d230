/**
 * Brings the packs folder to what the index says, after a crash or a clean end alike.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { PackRow } from "./object_index.ts";
import { PackAppender } from "./pack_appender.ts";
import { PACK_HEADER_BYTES, packNumber } from "./pack_format.ts";
import { packPath, packsPath } from "./store_paths.ts";

/**
 * Removes packs that the index does not have and makes an appender for those to come. They were never committed, or
 * everything in them was moved or dropped.
 */
export function recoverPacks(directory: string, database: DatabaseSync): PackAppender {
  const rows = database.prepare("SELECT * FROM packs ORDER BY number")
    .all() as unknown as PackRow[];
  const known = new Set(rows.map(({ number }) => number));
  for (const { name } of Deno.readDirSync(packsPath(directory))) {
    const number = packNumber(name);
    if (number !== null && !known.has(number)) Deno.removeSync(packPath(directory, number));
  }
  const last = rows.at(-1);
  const usable = last !== undefined && isWhole(directory, last) ? last : null;
  const row = database.prepare("SELECT value FROM meta WHERE key = 'next_pack'").get();
  const next = Math.max((last?.number ?? 0) + 1, Number(row?.value ?? 1));
  return new PackAppender(directory, usable, next);
}

/** A pack that is shorter than it should be is damaged: what it has stays readable, nothing is added. */
function isWhole(directory: string, pack: PackRow): boolean {
  if (pack.bytes < PACK_HEADER_BYTES) return false;
  try {
    return Deno.statSync(packPath(directory, pack.number)).size >= pack.bytes;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}
