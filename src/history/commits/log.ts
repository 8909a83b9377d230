/**
 * The list of a branch's commits.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { StoreError } from "../../store/format/store_error.ts";
import type { Row } from "../../store/index/summed_table.ts";
import { type CommitInfo, type CommitKind, storedId } from "./commit.ts";
import { HistoryError } from "./history_error.ts";

const UNREADABLE: ReadonlySet<string> = new Set([
  "unknown_ref",
  "corrupt_commit",
  "missing_object",
  "damaged_object",
]);

export interface LogOptions {
  /** At most this many commits. */
  readonly limit?: number;
  /** Also those made for safety. */
  readonly all?: boolean;
  /** Only those of this session of an agent, or of those whose ids begin so. */
  readonly session?: string;
}

/** Shown only to those who want everything. */
const SAFETY: CommitKind = "safety";
/** Shown to nobody: it tells of the project, not of a branch. */
const PROJECT: CommitKind = "project";
const APPLY: CommitKind = "apply";

/**
 * Newest first: all commits made on `branch`, then the ancestors of the first of them (of `head` where there
 * is none) that were made on other branches, along first parents. Where the branch had its name from another one, which is gone,
 * that has no part in what it stands on: then the ancestors of `head` are listed too.
 */
export function listLog(
  database: DatabaseSync,
  commitInfo: (id: ObjectId) => CommitInfo,
  branch: string,
  head: ObjectId | null,
  options: LogOptions,
): CommitInfo[] {
  const find = (id: ObjectId) => readable(commitInfo, id);
  const isFromElsewhere = head !== null && branchOf(database, head) !== branch;
  const limit = isFromElsewhere ? Infinity : options.limit ?? Infinity;
  const seen = new Set<string>();
  const commits: CommitInfo[] = [];
  const rows = prepared(
    database,
    "SELECT id, kind FROM commits WHERE branch = ? ORDER BY sequence DESC",
  ).iterate(branch);
  let oldest: Row | undefined;
  const take = (commit: CommitInfo) => {
    if (commit.kind === PROJECT) return;
    if (!isOfSession(commit, options.session)) return;
    if (options.all || commit.kind !== SAFETY) commits.push(commit);
  };
  for (const row of rows) {
    if (row.kind === PROJECT) continue;
    // What the project became has no ancestors on the branch.
    if (row.kind !== APPLY) oldest = row;
    if (commits.length >= limit) return commits;
    seen.add(String(row.id));
    if (!options.all && row.kind === SAFETY) continue;
    const commit = find(storedId(String(row.id)));
    if (commit !== null) take(commit);
  }
  const takeAncestors = (from: ObjectId | null) => {
    for (let id = from; id !== null && commits.length < limit && !seen.has(id);) {
      seen.add(id);
      const commit = find(id);
      if (commit === null) return;
      take(commit);
      id = commit.parents[0] ?? null;
    }
  };
  const start = oldest === undefined ? head : find(storedId(String(oldest.id)))?.parents[0];
  takeAncestors(start ?? null);
  if (!isFromElsewhere) return commits;
  if (!seen.has(head)) {
    takeAncestors(head);
    commits.sort((a, b) => (b.number ?? 0) - (a.number ?? 0));
  }
  return commits.slice(0, options.limit);
}

/** Null for a commit that was forgotten. */
function branchOf(database: DatabaseSync, id: ObjectId): string | null {
  const row = prepared(database, "SELECT branch FROM commits WHERE id = ?").get(id);
  return row === undefined ? null : String(row.branch);
}

function isOfSession({ details }: CommitInfo, session: string | undefined): boolean {
  return session === undefined || (details?.session?.startsWith(session) ?? false);
}

/** Null for a commit that is lost, or so old that it was forgotten. */
export function readable(
  commitInfo: (id: ObjectId) => CommitInfo,
  id: ObjectId,
): CommitInfo | null {
  try {
    return commitInfo(id);
  } catch (error) {
    const { code } = error as { code?: unknown };
    const known = error instanceof HistoryError || error instanceof StoreError;
    if (known && UNREADABLE.has(code as string)) return null;
    throw error;
  }
}
