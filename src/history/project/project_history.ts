/**
 * What is recorded of the project: how it was seen, and what went back and forth between it and branches.
 *
 * Everything is in commits, so that it is checked, kept and found again as they are:
 * - kind `project`: the project as it was seen (without parents), or what it and a branch have in common after a refresh or a
 *   part of an apply (its parent: what was common before)
 * - kind `project`, named `applying`: what an apply that has begun is to make of the project; its parents are those of an `apply`
 * - kind `apply`: what an apply made of the project. Its parents are, in this order: the project before it, the commit of the
 *   branch that was applied, what was common before it, what is common after it
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { type Commit, type CommitInfo, encodeCommit, sameSnapshot } from "../commits/commit.ts";
import { insertCommit } from "../commits/insert_commit.ts";
import { OperationLog } from "../commits/operation_log.ts";
import { countChanges } from "../diff/diff.ts";
import type { History } from "../history.ts";
import { BaseTable, type ProjectName } from "../refs/base_table.ts";
import { type CommonBase, commonBase } from "./common_base.ts";

/** Branch of commits that belong to none. */
const NO_BRANCH = "";

/** The project as it was seen. */
export interface KnownProject {
  readonly commit: CommitInfo;
  /** When the look began, ms since 1970; null where that is not known. */
  readonly began: number | null;
}

/** An apply, or that one was taken back. */
export interface ApplyRecord {
  readonly branch: string;
  /** The project before. */
  readonly before: ObjectId;
  /** The project after. */
  readonly after: Snapshot;
  /** The commit of the branch that was applied. */
  readonly point: ObjectId;
  /** What was common before it, */
  readonly baseBefore: ObjectId;
  /** and what is after it. */
  readonly baseAfter: ObjectId;
  readonly message: string;
  readonly agent: string | null;
  /** `undo`: it takes an apply back. */
  readonly operation: "apply" | "undo";
}

/** An apply that begins. */
export type BegunApply =
  & Omit<ApplyRecord, "after" | "baseAfter">
  & {
    /** What it is to make of the project, */
    readonly result: Snapshot;
    /** and what is common then. */
    readonly common: Snapshot;
  };

/** Message of an apply that begins to take another one back, before its own. */
const TAKING_BACK = "take back: ";

export class ProjectHistory {
  readonly #store: StoreWriter;
  readonly #history: History;
  readonly #bases: BaseTable;
  readonly #operations: OperationLog;

  constructor(store: StoreWriter, history: History) {
    this.#store = store;
    this.#history = history;
    this.#bases = new BaseTable(store.database);
    this.#operations = new OperationLog(store.database);
  }

  /** The project as it was seen last; before the first look as it was imported. Null before that. */
  known(importBegan: number | null): KnownProject | null {
    const id = this.#bases.project("look");
    if (id !== null) {
      const commit = this.#history.commitInfo(id);
      if (!commit.compacted) return { commit, began: commit.time };
    }
    const commit = this.#history.importCommit();
    return commit === null || commit.compacted ? null : { commit, began: importBegan };
  }

  /** The project was seen: `began` is when the look began. */
  saw(snapshot: Snapshot, began: number): CommitInfo {
    const commit = this.#put({
      snapshot,
      parents: [],
      time: began,
      message: "the project as it was seen",
      kind: "project",
      branch: NO_BRANCH,
      agent: null,
    });
    this.#store.commit((database) => {
      insertCommit(database, commit);
      this.#bases.putProject("look", commit.id);
    });
    return commit;
  }

  /** What a commit of a branch and the project have in common. Puts objects; commits nothing. */
  base(branch: string, at: ObjectId): CommonBase {
    return commonBase(this.#store, this.#history, branch, at);
  }

  /** The commit that says what is common from now on, a new one. `before`: what was, null where no commit says it. */
  common(branch: string, snapshot: Snapshot, before: ObjectId | null, message: string): CommitInfo {
    const commit = this.#put({
      snapshot,
      parents: before === null ? [] : [before],
      time: Date.now(),
      message,
      kind: "project",
      branch,
      agent: null,
    });
    this.#store.commit((database) => insertCommit(database, commit));
    return commit;
  }

  /** An apply begins: it is known by the name `applying` until it is recorded. */
  begin(apply: BegunApply): CommitInfo {
    const { branch, before, point, baseBefore, agent, message, operation } = apply;
    const common = this.#same(apply.common, point) ??
      this.common(branch, apply.common, baseBefore, message).id;
    const commit = this.#put({
      snapshot: apply.result,
      parents: [before, point, baseBefore, common],
      time: Date.now(),
      message: `${operation === "undo" ? TAKING_BACK : ""}${message}`,
      kind: "project",
      branch,
      agent,
    });
    this.#store.commit((database) => {
      insertCommit(database, commit);
      this.#bases.putProject("applying", commit.id);
    });
    return commit;
  }

  /** What {@linkcode begin} was given. */
  static begun({ message }: CommitInfo): Pick<ApplyRecord, "message" | "operation"> {
    return message.startsWith(TAKING_BACK)
      ? { operation: "undo", message: message.slice(TAKING_BACK.length) }
      : { operation: "apply", message };
  }

  /** What an apply made of the project, and what is common after it. Ends what {@linkcode begin} began. */
  record(record: ApplyRecord): CommitInfo {
    const { branch, before, after, point, baseBefore, baseAfter, message, agent } = record;
    const commit = this.#put({
      snapshot: after,
      // In this order, also where two are the same.
      parents: [before, point, baseBefore, baseAfter],
      time: Date.now(),
      message,
      kind: "apply",
      branch,
      agent,
    }, this.#history.commitInfo(before).snapshot);
    this.#store.commit((database) => {
      const number = insertCommit(database, commit);
      this.#bases.put(branch, { point, base: baseAfter });
      this.#bases.putProject("applying", null);
      const { operation: kind } = record;
      const line = { kind, from: before, to: commit.id };
      // An apply is the commit; an undo is a line of its own, which names it.
      this.#operations.append(branch, line, ...(kind === "apply" ? [number] : []));
    });
    return commit;
  }

  /** A commit of the project's that is kept under a name, or with null no more. */
  keep(name: ProjectName, id: ObjectId | null): void {
    this.#store.commit(() => this.#bases.putProject(name, id));
  }

  kept(name: ProjectName): CommitInfo | null {
    const id = this.#bases.project(name);
    return id === null ? null : this.#history.commitInfo(id);
  }

  /** The commit, if this is its snapshot. */
  #same(snapshot: Snapshot, commit: ObjectId): ObjectId | null {
    return sameSnapshot(this.#history.commitInfo(commit).snapshot, snapshot) ? commit : null;
  }

  #put(commit: Omit<Commit, "label" | "changed">, before: Snapshot | null = null): CommitInfo {
    const changed = before === null
      ? { added: 0, modified: 0, deleted: 0 }
      : countChanges(this.#store, before, commit.snapshot);
    const record = { ...commit, label: "", changed };
    return { id: this.#store.putCommit(encodeCommit(record)), ...record };
  }
}
