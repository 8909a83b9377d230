/**
 * Tables of which every row carries a checksum: what cannot be found again in the packs is in them, so nobody else
 * could tell that a bit of it has changed.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { prepared } from "./prepared.ts";

/** A table with a further column `sum`, the CRC-32 of the JSON of the table's name and these columns' values. */
export interface SummedTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Values by column; of a row that was read, or that is to be written. */
export type Row = Readonly<Record<string, unknown>>;

type Value = null | number | bigint | string | Uint8Array;

/** Writes a row. With `replace`, in the place of one with the same key. */
export function putRow(
  database: DatabaseSync,
  table: SummedTable,
  row: Row,
  how: "INSERT" | "INSERT OR IGNORE" | "INSERT OR REPLACE" = "INSERT OR REPLACE",
): void {
  const { name, columns } = table;
  const places = [...columns, "sum"].map(() => "?").join(", ");
  prepared(database, `${how} INTO ${name} (${columns.join(", ")}, sum) VALUES (${places})`)
    .run(...columns.map((column) => row[column] as Value), rowSum(table, row));
}

/** True if the row has all columns, and is as it was written. */
export function isWholeRow(table: SummedTable, row: Row): boolean {
  return table.columns.every((column) => row[column] !== undefined) &&
    row.sum === rowSum(table, row);
}

/** The rows that are not as they were written. None where there is no such table. */
export function damagedRows(database: DatabaseSync, table: SummedTable): Row[] {
  if (!hasTable(database, table.name)) return [];
  return prepared(database, `SELECT * FROM ${table.name}`).all()
    .filter((row) => !isWholeRow(table, row));
}

export function hasTable(database: DatabaseSync, name: string): boolean {
  return prepared(database, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
    .get(name) !== undefined;
}

/** The checksum that belongs to a row. */
export function rowSum({ name, columns }: SummedTable, row: Row): number {
  const values = columns.map((column) => {
    const value = row[column];
    return value instanceof Uint8Array ? value.toHex() : value;
  });
  return crc32(JSON.stringify([name, ...values]));
}
