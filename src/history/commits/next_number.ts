/**
 * The numbers by which people name what happened.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { getMeta, putMeta } from "../../store/index/meta.ts";
import { prepared } from "../../store/index/prepared.ts";

/**
 * The number of what happens next: commits and operations are counted together, so that a number means one thing, and none is
 * given twice. The caller is inside a transaction.
 */
export function nextNumber(database: DatabaseSync): number {
  const { last } = prepared(
    database,
    "SELECT max(coalesce((SELECT max(sequence) FROM commits), 0), " +
      "coalesce((SELECT max(sequence) FROM operations), 0)) AS last",
  ).get() as { last: number };
  return Math.max(last, getMeta(database, "last_number") ?? 0) + 1;
}

/** Before rows go: their numbers are not given again. The caller is inside a transaction. */
export function keepNumbers(database: DatabaseSync): void {
  putMeta(database, "last_number", nextNumber(database) - 1);
}
