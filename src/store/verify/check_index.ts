/**
 * Whether the index is as it was written, as far as that can be told without the packs.
 *
 * What is looked at: SQLite's own structure (`PRAGMA integrity_check`: order and linkage of all pages, lost and doubly
 * used ones, indexes against tables), the bytes of the header that decide how the file is read, the definitions of the
 * tables, the number of transactions, the checksums of rows, and the totals of packs. What the rows of `objects` say
 * is compared with the packs themselves (check_packs.ts). Bytes that none of this reads mean nothing: free space in
 * pages, free pages, and SQLite's notes to itself in the header.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { readMark } from "../files/commit_mark.ts";
import type { Findings } from "../format/damage.ts";
import { META } from "../index/meta.ts";
import { openIndex } from "../index/open_index.ts";
import { QUARANTINE } from "../index/quarantine.ts";
import { StoreError } from "../format/store_error.ts";
import { indexPath, markPath } from "../files/store_paths.ts";
import { damagedRows, type SummedTable } from "../index/summed_table.ts";

/** Faults of SQLite's that are listed. */
const LISTED = 20;

/**
 * Checks the index of the store, through a connection of its own: what others have in memory is not looked at.
 *
 * @param tables those of other modules whose rows have checksums
 */
export function checkIndex(
  directory: string,
  tables: readonly SummedTable[],
  findings: Findings,
): void {
  const mark = readMark(directory);
  if (typeof mark !== "number") {
    const why = mark === null ? "gone" : "damaged";
    const file = markPath(directory);
    const message = `The number of transactions in ${file} is ${why}`;
    findings.add({ code: "index_mark", message, file });
  }
  let database: DatabaseSync | undefined;
  try {
    database = openIndex(directory, true);
    checkStructure(directory, database, findings);
    for (const table of [META, QUARANTINE, ...tables]) {
      checkRows(directory, database, table, findings);
    }
    checkTotals(directory, database, findings);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const file = indexPath(directory);
    findings.add({ code: "index_file", message: (error as Error).message, file });
  } finally {
    database?.close();
  }
}

/**
 * Checks the bytes of the index's header that SQLite would draw wrong conclusions from, not errors. Only where this process
 * has no connection to it: closing the file would give up that one's locks (sqlite.org/howtocorrupt.html).
 */
export function checkIndexHeader(directory: string, findings: Findings): void {
  const file = indexPath(directory);
  const header = new Uint8Array(HEADER_FIXED);
  try {
    using index = Deno.openSync(file);
    index.readSync(header);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  // sqlite.org/fileformat2.html: write and read version 2 (WAL), no reserved bytes, fractions 64, 32, 32.
  const fixed = [2, 2, 0, 64, 32, 32];
  if (fixed.every((byte, i) => header[VERSIONS_AT + i] === byte)) return;
  const message = `The header of the index ${file} is damaged`;
  findings.add({ code: "index_file", message, file, offset: VERSIONS_AT, bytes: fixed.length });
}

const VERSIONS_AT = 18;
const HEADER_FIXED = 24;

function checkRows(
  directory: string,
  database: DatabaseSync,
  table: SummedTable,
  findings: Findings,
): void {
  const file = indexPath(directory);
  for (const row of damagedRows(database, table)) {
    const key = String(row[table.columns[0]!]);
    const message = `A row of the table ${table.name} of ${file} is damaged (${key})`;
    findings.add({ code: "index_file", message, file });
  }
}

function checkStructure(directory: string, database: DatabaseSync, findings: Findings): void {
  const file = indexPath(directory);
  const rows = database.prepare(`PRAGMA integrity_check(${LISTED})`).all();
  for (const row of rows) {
    const fault = String(Object.values(row)[0]);
    if (fault === "ok") continue;
    findings.add({ code: "index_file", message: `The index ${file} is damaged: ${fault}`, file });
  }
}

/** One statement, so that it sees one instant. */
function checkTotals(directory: string, database: DatabaseSync, findings: Findings): void {
  const rows = database.prepare(
    `SELECT number FROM packs LEFT JOIN (
       SELECT pack, count(*) AS found, sum(size) AS total FROM objects GROUP BY pack
     ) ON pack = number WHERE objects <> coalesce(found, 0) OR plain <> coalesce(total, 0)`,
  ).all();
  for (const { number } of rows) {
    const message = `The index counts other objects in pack ${number} than it has`;
    findings.add({ code: "index_row", message, file: indexPath(directory) });
  }
}

/** True for errors of SQLite's that say that the file is not what it should be. */
export function isDamage(error: unknown): boolean {
  if (error instanceof StoreError) {
    return error.code === "damaged_store" || isDamage(error.cause);
  }
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return code === "ERR_SQLITE_ERROR" && DAMAGE.test(message ?? "");
}

const DAMAGE = /malformed|not a database|no such (table|column)|unsupported file format|corrupt/;
