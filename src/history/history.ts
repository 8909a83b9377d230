/**
 * Branches, commits and the log of what moved them.
 *
 * Every method that changes something is one durable transaction of the store: the objects put before it, the
 * commit, the branch and the log line are there together or not at all.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Snapshot } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import { prepared } from "../store/index/prepared.ts";
import { quarantined } from "../store/index/quarantine.ts";
import type { StoreWriter } from "../store/store_writer.ts";
import {
  type BranchMove,
  type BranchState,
  BranchTable,
  type MergeInProgress,
} from "./refs/branch_table.ts";
import {
  type ChangeCounts,
  type CommitInfo,
  type CommitKind,
  decodeCommit,
  encodeCommit,
  sameSnapshot,
  storedId,
  totalChanges,
} from "./commits/commit.ts";
import type { CommitDetails } from "./commits/commit_details.ts";
import { countChanges } from "./diff/diff.ts";
import { HistoryError } from "./commits/history_error.ts";
import { countApart } from "./commits/count_apart.ts";
import { listLog, type LogOptions } from "./commits/log.ts";
import { type OperationKind, OperationLog } from "./commits/operation_log.ts";
import { RefResolver } from "./refs/resolve_ref.ts";
import { Undos } from "./undos.ts";
import { whole } from "./commits/whole.ts";
import { isCompacted } from "./commits/retention_table.ts";
import { isOfProject } from "./commits/lineage.ts";
import { insertCommit } from "./commits/insert_commit.ts";
import { createHistoryTables } from "./commits/schema.ts";
import { BaseTable } from "./refs/base_table.ts";

export type { BranchState };

/** First segment of a branch's journal. */
export const FIRST_SEGMENT = 1;

export type NewBranch = Omit<BranchMove, "segment"> & { readonly parent: string };

export interface NewCommit {
  readonly label: string;
  readonly message: string;
  readonly kind: CommitKind;
  readonly agent: string | null;
  readonly details?: CommitDetails;
  /** Default: the branch's head. */
  readonly parents?: readonly ObjectId[];
}

export interface SaveRequest {
  readonly branch: string;
  readonly snapshot: Snapshot;
  /** What the commit has; default: `snapshot`. */
  readonly committed?: Snapshot;
  readonly segment: number;
  readonly nextInode: number;
  /** Absent: the branch's snapshot and segment move, its head does not. */
  readonly commit?: NewCommit;
  /** A merge begins whose conflicts are to be settled. A commit of kind `merge` or `refresh` ends it. */
  readonly merge?: MergeInProgress;
  /** With a commit: it is the result of this, and can be undone. `from`: the commit that was current before. */
  readonly operation?: { readonly kind: OperationKind; readonly from: ObjectId };
}

export interface MoveRequest {
  readonly branch: string;
  readonly commit: ObjectId;
  readonly segment: number;
  readonly nextInode: number;
  readonly operation: { readonly kind: OperationKind; readonly from: ObjectId };
  /** Commits on the way from `operation.from`: a step of the same kind is logged to each. */
  readonly through?: readonly ObjectId[];
}

export interface MoveBackRequest extends BranchMove {
  readonly head: ObjectId;
  readonly merge: MergeInProgress | null;
}

export class History {
  readonly #store: StoreWriter;
  readonly #database: DatabaseSync;
  readonly #refs: RefResolver;
  readonly #operations: OperationLog;
  readonly #branches: BranchTable;
  readonly #bases: BaseTable;
  /** What can be taken back. */
  readonly undos: Undos;

  constructor(store: StoreWriter) {
    this.#store = store;
    this.#database = store.database;
    createHistoryTables(this.#database);
    this.#operations = new OperationLog(this.#database);
    this.#branches = new BranchTable(this.#database);
    this.#bases = new BaseTable(this.#database);
    this.#refs = new RefResolver(this.#database, {
      commitInfo: (id) => this.commitInfo(id),
      head: (branch) => this.branch(branch)?.head ?? null,
      operation: (number) => this.#operations.find(number),
    });
    this.undos = new Undos(this.#database, this.#operations, {
      commitInfo: (id) => this.commitInfo(id),
      resolve: (branch, ref) => this.resolve(branch, ref),
      operation: (branch, ref) => this.#refs.operation(branch, ref),
      prompt: (branch, ref) => this.#refs.work.prompt(branch, ref),
      call: (branch, id) => this.#refs.work.index.call(branch, id),
    });
  }

  /** A branch by its exact name. */
  branch(name: string): BranchState | null {
    return this.#branches.get(name);
  }

  /** Every branch, by name. */
  branches(): BranchState[] {
    return this.#branches.list();
  }

  /**
   * Makes a branch at a snapshot: that of commit `head`, or one that `parent` has not committed, which becomes a commit
   * of the new branch. Throws {@linkcode HistoryError}
   * `branch_exists` or `too_many_branches`.
   */
  createBranch(branch: NewBranch): BranchState {
    const { name } = branch;
    if (this.#branches.get(name) !== null) {
      throw new HistoryError("branch_exists", `There is a branch ${name} already`, {
        subject: name,
      });
    }
    const head = branch.head === null ? null : ofBranch(this.commitInfo(branch.head));
    const commit = head === null || sameSnapshot(head.snapshot, branch.snapshot)
      ? head
      : this.#putCommit(name, head.id, branch.snapshot, {
        label: "",
        message: `branch ${name} begins`,
        kind: "safety",
        agent: null,
      });
    this.#store.commit((database) => {
      if (commit !== null && commit !== head) {
        insertCommit(database, commit);
        this.#branches.addFork(branch.parent, commit.id);
      }
      const { id = null } = commit ?? {};
      this.#branches.create({ ...branch, head: id, segment: FIRST_SEGMENT });
      this.#bases.inherit(branch.parent, name);
    });
    return this.#branches.get(name)!;
  }

  /**
   * Commits that are ancestors of `name`'s head and not of `parent`'s, and the other way round, without those made for
   * safety. Both 0 if `parent` is no branch any more.
   */
  aheadBehind(name: string, parent: string): { ahead: number; behind: number } {
    const [own, other] = [this.branch(name)?.head, this.branch(parent)?.head];
    if (!own || !other) return { ahead: 0, behind: 0 };
    return countApart((id) => this.commitInfo(id), own, other);
  }

  /** Above every inode number that a branch has or had. */
  nextInode(): number {
    return this.#branches.nextInode();
  }

  /** Its commits stay, as long as other branches need them or the retention policy keeps them. */
  deleteBranch(name: string): void {
    this.#store.commit(() => {
      this.#branches.delete(name);
      this.#bases.delete(name);
    });
  }

  renameBranch(from: string, to: string): void {
    if (this.#branches.get(to) !== null) {
      throw new HistoryError("branch_exists", `There is a branch ${to} already`, { subject: to });
    }
    this.#store.commit(() => {
      this.#branches.rename(from, to);
      this.#bases.rename(from, to);
    });
  }

  /** Moves a branch (made if need be) to a snapshot, with a commit if one is asked for. */
  save(request: SaveRequest): CommitInfo | null {
    const { branch, snapshot, segment, nextInode } = request;
    const { head = null, forks = [] } = this.branch(branch) ?? {};
    const commit = request.commit === undefined
      ? null
      : this.#putCommit(branch, head, request.committed ?? snapshot, request.commit, forks);
    let number: number | undefined;
    this.#store.commit((database) => {
      if (commit !== null) number = insertCommit(database, commit);
      this.#branches.move({
        name: branch,
        head: commit?.id ?? head,
        snapshot,
        segment,
        nextInode,
        ...mergeAfter(request),
      });
      if (commit !== null && request.operation !== undefined) {
        this.#operations.append(branch, { ...request.operation, to: commit.id }, number);
      }
    });
    return commit === null ? null : { ...commit, number: number! };
  }

  /** True if a path is not in `snapshot` what it is in the branch's head. A directory's times alone do not count. */
  differs(branch: string, snapshot: Snapshot): boolean {
    return totalChanges(this.#countChanges(this.headSnapshot(branch), snapshot)) > 0;
  }

  /** What the branch's head has; null if it has none, or nothing is left of that. */
  headSnapshot(branch: string): Snapshot | null {
    const head = this.branch(branch)?.head ?? null;
    const commit = head === null ? null : this.commitInfo(head);
    return commit === null || commit.compacted ? null : commit.snapshot;
  }

  /** Makes a commit on which no branch stands. */
  record(
    branch: string,
    snapshot: Snapshot,
    commit: NewCommit & { readonly parents: readonly ObjectId[] },
  ): CommitInfo {
    const made = this.#putCommit(branch, null, snapshot, commit);
    this.#store.commit((database) => insertCommit(database, made));
    return made;
  }

  /**
   * Makes a branch stand on a new commit of `snapshot`, which is not what its working tree is: that stays, and so do the forks
   * that were made from it.
   */
  standOn(
    branch: string,
    snapshot: Snapshot,
    commit: NewCommit & { readonly parents: readonly ObjectId[] },
    nextInode: number,
  ): CommitInfo {
    const made = this.#putCommit(branch, null, snapshot, commit);
    const state = this.branch(branch)!;
    this.#store.commit((database) => {
      insertCommit(database, made);
      this.#branches.move({ ...state, head: made.id, nextInode });
      for (const fork of state.forks) this.#branches.addFork(branch, fork);
    });
    return made;
  }

  /**
   * Makes a commit the branch's head and its snapshot the branch's own. Throws {@linkcode HistoryError} `compacted` if
   * there is nothing left of that.
   */
  moveTo(request: MoveRequest): CommitInfo {
    const { branch, segment, nextInode, operation, through = [] } = request;
    const commit = ofBranch(whole(this.commitInfo(request.commit)));
    this.#store.commit(() => {
      const { snapshot, id: head } = commit;
      this.#branches.move({ name: branch, head, snapshot, segment, nextInode, merge: null });
      let { from } = operation;
      for (const to of [...through, head]) {
        this.#operations.append(branch, { kind: operation.kind, from, to });
        from = to;
      }
    });
    return commit;
  }

  /** Makes a branch what it was before a move that could not be shown. */
  moveBack({ head, ...branch }: MoveBackRequest): void {
    const moved = this.#branches.get(branch.name)!;
    this.#store.commit(() => {
      this.#branches.move({ ...branch, head });
      if (moved.head === head || moved.head === null) return;
      this.#operations.append(branch.name, { kind: "undo", from: moved.head, to: head });
    });
  }

  /**
   * What `ref` means on `branch`: `HEAD`, a full hash, a label, a branch, `initial`, a number (`#12`, `12`), a unique prefix
   * of a hash, `prompt:ID` (the state before it; without ID the last one), the id of a tool call or a unique prefix of it, in
   * this order; each may be followed by `~n` for its n-th ancestor.
   * Throws {@linkcode HistoryError} `unknown_ref` or `ambiguous_ref`; `compacted` if what the commit recorded is gone.
   */
  resolve(branch: string, ref: string): CommitInfo {
    return whole(this.describe(branch, ref));
  }

  /** As {@linkcode resolve}, also for a commit of which only the description is left. */
  describe(branch: string, ref: string): CommitInfo {
    return this.#refs.resolve(branch, ref);
  }

  /** Throws {@linkcode HistoryError} `unknown_ref` if there is no such commit. */
  commitInfo(id: ObjectId): CommitInfo {
    if (!this.#store.has(id)) {
      throw new HistoryError("unknown_ref", `There is no commit ${id}`, { subject: id });
    }
    const commit = decodeCommit(id, this.#store.read(id));
    const row = prepared(this.#database, "SELECT sequence FROM commits WHERE id = ?").get(id);
    return {
      ...commit,
      ...(row === undefined ? {} : { number: Number(row.sequence) }),
      ...(isCompacted(this.#database, id) ? { compacted: true } : {}),
    };
  }

  /** The newest import; null before there is one. */
  importCommit(): CommitInfo | null {
    const row = prepared(
      this.#database,
      "SELECT id FROM commits WHERE kind = 'import' ORDER BY sequence DESC LIMIT 1",
    ).get();
    return row === undefined ? null : this.commitInfo(storedId(String(row.id)));
  }

  /** Every commit that there is a line of, newest first; without those that are known to be lost. */
  commits(): CommitInfo[] {
    const lost = new Set<string>(quarantined(this.#database).map(({ id }) => id));
    return prepared(this.#database, "SELECT id FROM commits ORDER BY sequence DESC").all()
      .map(({ id }) => storedId(String(id))).filter((id) => !lost.has(id))
      .map((id) => this.commitInfo(id));
  }

  /**
   * The commits of a branch, newest first: those made on it, also after its head, and what it grew from on
   * other branches. Those made for safety only with `all`.
   */
  log(branch: string, options: LogOptions = {}): CommitInfo[] {
    const head = this.branch(branch)?.head ?? null;
    return listLog(this.#database, (id) => this.commitInfo(id), branch, head, options);
  }

  #putCommit(
    branch: string,
    head: ObjectId | null,
    snapshot: Snapshot,
    commit: NewCommit,
    forks: readonly ObjectId[] = [],
  ): CommitInfo {
    const own = commit.parents ?? (head === null ? [] : [head]);
    const parents = [...new Set([...own, ...forks])];
    const first = parents[0];
    const parent = first === undefined ? null : this.commitInfo(first);
    const before = parent?.compacted ? null : parent?.snapshot ?? null;
    const record = {
      snapshot,
      parents,
      time: Date.now(),
      label: commit.label,
      message: commit.message,
      kind: commit.kind,
      branch,
      agent: commit.agent,
      changed: this.#countChanges(before, snapshot),
      ...(commit.details === undefined ? {} : { details: commit.details }),
    };
    return { id: this.#store.putCommit(encodeCommit(record)), ...record };
  }

  #countChanges(before: Snapshot | null, after: Snapshot): ChangeCounts {
    return countChanges(this.#store, before, after);
  }
}

/** Throws unless the commit is a state of a branch. */
function ofBranch(commit: CommitInfo): CommitInfo {
  if (!isOfProject(commit.kind)) return commit;
  throw new HistoryError(
    "not_a_state",
    `Cannot go to ${commit.id.slice(0, 12)}: it is what the project became, no state of a branch`,
    { subject: commit.id },
  );
}

function mergeAfter({ commit, merge }: SaveRequest): { merge?: MergeInProgress | null } {
  if (merge !== undefined) return { merge };
  const ends = commit?.kind === "merge" || commit?.kind === "revert" || commit?.kind === "refresh";
  return ends ? { merge: null } : {};
}
