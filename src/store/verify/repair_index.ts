/**
 * Makes the rows of the index agree with the packs, after a check of the packs has told where they do not.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { PackCheck } from "./check_packs.ts";
import { SEEN } from "./check_packs.ts";
import type { Findings } from "../format/damage.ts";
import type { Location } from "../format/location.ts";
import { type ObjectId, objectIdBytes } from "../format/object_id.ts";
import type { ObjectTable } from "../index/object_table.ts";
import { createQuarantine, quarantine } from "../index/quarantine.ts";
import { RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import { prepared } from "../index/prepared.ts";
import type { StoreWriter } from "../store_writer.ts";

export interface RepairedIndex {
  /** Rows that were put right or made. */
  readonly indexed: number;
  /** Rows that stood for nothing. */
  readonly removed: number;
  /** Objects that are lost, and known to be from now on. */
  readonly quarantined: number;
}

/** One durable transaction. `table` has the marks of the check. */
export function repairIndex(
  store: StoreWriter,
  table: ObjectTable,
  check: PackCheck,
  findings: Findings,
): RepairedIndex {
  const counts = { indexed: 0, removed: 0, quarantined: 0 };
  createQuarantine(store.database);
  store.rewriteIndex((database) => {
    const remove = prepared(database, "DELETE FROM objects WHERE id = ?");
    const put = prepared(database, "INSERT OR REPLACE INTO objects VALUES(?, ?, ?, ?, ?, ?, ?)");
    const insert = ([id, location]: [ObjectId, Location]) => {
      const { pack, offset, stored, size, encoding, type } = location;
      put.run(objectIdBytes(id), pack, offset, stored, size, encoding, type);
      counts.indexed++;
    };
    for (let at = 0; at < table.count; at++) {
      if ((table.marks[at]! & SEEN) !== 0) continue;
      const id = table.id(at);
      if (check.elsewhere.has(id) || findings.isLost(id)) continue;
      counts.removed += Number(remove.run(objectIdBytes(id)).changes);
    }
    for (const found of check.elsewhere) {
      const at = table.find(found[0]);
      if (at < 0 || (table.marks[at]! & SEEN) === 0) insert(found);
    }
    for (const [id, reason] of findings.lost) {
      quarantine(database, id, reason);
      counts.quarantined++;
    }
    counts.removed += Number(prepared(database, DELETE_IMPOSSIBLE).run().changes);
    recountPacks(database);
  });
  return counts;
}

/** See {@linkcode ObjectTable.impossible}. */
const DELETE_IMPOSSIBLE = `DELETE FROM objects WHERE typeof(id) <> 'blob' OR length(id) <> 32 OR ${
  ["pack", "offset", "stored", "size", "encoding", "type"]
    .map((column) => `typeof(${column}) <> 'integer' OR ${column} < 0`).join(" OR ")
}`;

/** Makes the totals of packs those of their objects. The caller is inside a transaction. */
export function recountPacks(database: DatabaseSync): void {
  database.exec(COUNT_PACKS);
}

/** Lengths only grow here: what is behind the last object was committed once and is garbage. */
const COUNT_PACKS = `
  INSERT INTO packs
    SELECT pack, max(offset + stored + ${RECORD_HEADER_BYTES}), count(*), sum(size)
      FROM objects WHERE true GROUP BY pack
    ON CONFLICT(number) DO UPDATE SET
      bytes = max(bytes, excluded.bytes), objects = excluded.objects, plain = excluded.plain;
  UPDATE packs SET objects = 0, plain = 0 WHERE number NOT IN (SELECT pack FROM objects);
`;
