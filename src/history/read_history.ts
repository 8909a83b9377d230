/**
 * The history of a store that somebody else may be writing to: what refs mean, and what their commits are.
 *
 * @module
 */

import type { ObjectId } from "../store/format/object_id.ts";
import type { Store } from "../store/store.ts";
import { type CommitInfo, decodeCommit } from "./commits/commit.ts";
import { whole } from "./commits/whole.ts";
import { HistoryError } from "./commits/history_error.ts";
import { OperationLog } from "./commits/operation_log.ts";
import { isCompacted } from "./commits/retention_table.ts";
import { type BranchState, BranchTable } from "./refs/branch_table.ts";
import { RefResolver } from "./refs/resolve_ref.ts";

/** As `History`, without what changes it. */
export class ReadHistory {
  readonly #branches: BranchTable;
  readonly #refs: RefResolver;

  constructor(readonly store: Store) {
    this.#branches = new BranchTable(store.database);
    const operations = new OperationLog(store.database);
    this.#refs = new RefResolver(store.database, {
      commitInfo: (id) => this.commitInfo(id),
      head: (branch) => this.#branches.get(branch)?.head ?? null,
      operation: (number) => operations.find(number),
    });
  }

  /** Throws {@linkcode HistoryError} `unknown_branch`. */
  branch(name: string): BranchState {
    const branch = this.#branches.get(name);
    if (branch !== null) return branch;
    throw new HistoryError("unknown_branch", `There is no branch ${name}`, { subject: name });
  }

  /** See `History.resolve`. */
  resolve(branch: string, ref: string): CommitInfo {
    return this.whole(this.#refs.resolve(branch, ref));
  }

  /** Throws {@linkcode HistoryError} `unknown_ref` if there is no such commit. */
  commitInfo(id: ObjectId): CommitInfo {
    if (!this.store.has(id)) {
      throw new HistoryError("unknown_ref", `There is no commit ${id}`, { subject: id });
    }
    const commit = decodeCommit(id, this.store.read(id));
    return isCompacted(this.store.database, id) ? { ...commit, compacted: true } : commit;
  }

  /** The commit, if what it recorded is there. Throws {@linkcode HistoryError} `compacted`. */
  whole(commit: CommitInfo): CommitInfo {
    return whole(commit);
  }

  /** `commit` and what it grew from, newest first, along first parents. */
  *line(commit: CommitInfo): Generator<CommitInfo> {
    for (let at: CommitInfo | null = commit; at !== null;) {
      yield at;
      const parent: ObjectId | undefined = at.parents[0];
      at = parent === undefined ? null : this.commitInfo(parent);
    }
  }
}
