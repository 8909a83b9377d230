/**
 * Reads what is left of a damaged index: rows that are whole, and which of them cannot be all there were.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { readMark } from "../../store/files/commit_mark.ts";
import { fileExists } from "../../store/files/file_exists.ts";
import { getMeta } from "../../store/index/meta.ts";
import { QUARANTINE } from "../../store/index/quarantine.ts";
import { isWholeRow, type Row, type SummedTable } from "../../store/index/summed_table.ts";
import { HISTORY_TABLES } from "../commits/schema.ts";

/** What can still be read of the old index. */
export class Salvage {
  readonly #rows = new Map<SummedTable, { rows: Row[]; isComplete: boolean }>();
  /** True if transactions are missing in it. */
  isBehind = true;
  #isRead = false;

  /** @param path of the old index, the header of which is put right if it is damaged; nothing is salvaged where there is none */
  constructor(directory: string, path: string) {
    const tables = [...HISTORY_TABLES, QUARANTINE];
    for (const table of tables) this.#rows.set(table, { rows: [], isComplete: false });
    if (!fileExists(path)) return;
    mendHeader(path);
    const alone = `${path}.alone`;
    Deno.copyFileSync(path, alone);
    try {
      this.#read(directory, path, tables);
      // A damaged log may be one of which everything is in the index itself.
      if (this.isBehind) this.#read(directory, alone, tables);
    } finally {
      Deno.removeSync(alone);
    }
  }

  /** Takes what is in the index `path`, unless it is behind and something was read before. */
  #read(directory: string, path: string, tables: readonly SummedTable[]): void {
    try {
      using database = new DatabaseSync(path);
      const mark = readMark(directory);
      const commits = attempt(() => getMeta(database, "commits"));
      // Of the two, it is the index or the mark that is damaged.
      const isBehind = commits === null || (typeof mark === "number" && commits < mark);
      if (isBehind && this.#isRead) return;
      this.#isRead = true;
      this.isBehind = isBehind;
      const isSound = attempt(() => isWellFormed(database)) ?? false;
      for (const table of tables) {
        const read = readRows(database, table);
        this.#rows.set(table, { ...read, isComplete: read.isComplete && isSound });
      }
    } catch {
      // Nothing of it can be read.
    }
  }

  rows(table: SummedTable): readonly Row[] {
    return this.#rows.get(table)!.rows.filter((row) => isWholeRow(table, row));
  }

  /** Rows that are not as they were written. */
  damaged(table: SummedTable): readonly Row[] {
    return this.#rows.get(table)!.rows.filter((row) => !isWholeRow(table, row));
  }

  /** True if no row of the table is missing or damaged. */
  isComplete(table: SummedTable): boolean {
    return this.#rows.get(table)!.isComplete && this.damaged(table).length === 0 && !this.isBehind;
  }
}

/** Null where it throws. */
export function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function isWellFormed(database: DatabaseSync): boolean {
  return Object.values(database.prepare("PRAGMA integrity_check(1)").get()!)[0] === "ok";
}

function readRows(
  database: DatabaseSync,
  { name }: SummedTable,
): { rows: Row[]; isComplete: boolean } {
  const rows: Row[] = [];
  try {
    // By the table itself: an index of it may be what is damaged.
    for (const row of database.prepare(`SELECT * FROM ${name} NOT INDEXED`).iterate()) {
      rows.push(row);
    }
    return { rows, isComplete: true };
  } catch {
    return { rows, isComplete: false };
  }
}

/** Puts the bytes of SQLite's header right that are the same in every index (sqlite.org/fileformat2.html). */
function mendHeader(path: string): void {
  using file = Deno.openSync(path, { write: true });
  file.writeSync(
    new Uint8Array([...new TextEncoder().encode("SQLite format 3\0"), 16, 0, 2, 2, 0, 64, 32, 32]),
  );
  for (const [offset, value] of [[44, 4], [56, 1]] as const) {
    file.seekSync(offset, Deno.SeekMode.Start);
    file.writeSync(new Uint8Array([0, 0, 0, value]));
  }
}
