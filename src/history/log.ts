/**
 * The list of a branch's commits.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../store/object_id.ts";
import { type CommitInfo, storedId } from "./commit.ts";

export interface LogOptions {
  /** At most this many commits. */
  readonly limit?: number;
  /** Also those made for safety. */
  readonly all?: boolean;
}

/**
 * Newest first: all commits made on `branch`, then the ancestors of the first of them (of `head` where there
 * is none) that were made on other branches, along first parents.
 */
export function listLog(
  database: DatabaseSync,
  commitInfo: (id: ObjectId) => CommitInfo,
  branch: string,
  head: ObjectId | null,
  options: LogOptions,
): CommitInfo[] {
  const limit = options.limit ?? Infinity;
  const commits: CommitInfo[] = [];
  const rows = database.prepare(
    "SELECT id, kind FROM commits WHERE branch = ? ORDER BY sequence DESC",
  ).all(branch);
  const take = (commit: CommitInfo) => {
    if (options.all || commit.kind !== "safety") commits.push(commit);
  };
  for (const row of rows) {
    if (commits.length >= limit) return commits;
    if (options.all || row.kind !== "safety") take(commitInfo(storedId(String(row.id))));
  }
  const oldest = rows.at(-1);
  const start = oldest === undefined ? head : commitInfo(storedId(String(oldest.id))).parents[0];
  for (let id = start ?? null; id !== null && commits.length < limit;) {
    const commit = commitInfo(id);
    take(commit);
    id = commit.parents[0] ?? null;
  }
  return commits;
}
