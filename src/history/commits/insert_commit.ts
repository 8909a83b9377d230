/**
 * The line by which a commit is found.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { putRow } from "../../store/index/summed_table.ts";
import type { CommitInfo } from "./commit.ts";
import { nextNumber } from "./next_number.ts";
import { COMMITS } from "./schema.ts";

/** Returns a number that nothing else has. The caller is inside a transaction. */
export function insertCommit(database: DatabaseSync, commit: CommitInfo): number {
  const { id, branch, kind, label, time } = commit;
  const sequence = nextNumber(database);
  putRow(database, COMMITS, { sequence, id, branch, kind, label, time }, "INSERT OR IGNORE");
  return sequence;
}
