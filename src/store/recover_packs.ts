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
 * Removes packs that were never committed and makes an appender for those to come.
 *
 * Only packs with numbers above the last one in the index are removed: no committed transaction names them.
 */
export function recoverPacks(directory: string, database: DatabaseSync): PackAppender {
  const last = database.prepare("SELECT * FROM packs ORDER BY number DESC LIMIT 1")
    .get() as unknown as PackRow | undefined;
  const lastNumber = last?.number ?? 0;
  for (const { name } of Deno.readDirSync(packsPath(directory))) {
    const number = packNumber(name);
    if (number !== null && number > lastNumber) Deno.removeSync(packPath(directory, number));
  }
  const usable = last !== undefined && isWhole(directory, last) ? last : null;
  return new PackAppender(directory, usable, lastNumber + 1);
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
