/**
 * What can be taken back, and what it did.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../store/format/object_id.ts";
import { prepared } from "../store/index/prepared.ts";
import type { CommitInfo, CommitKind } from "./commits/commit.ts";
import { HistoryError } from "./commits/history_error.ts";
import { readable } from "./commits/log.ts";
import type { Operation, OperationKind, OperationLog } from "./commits/operation_log.ts";
import { whole } from "./commits/whole.ts";
import type { PromptWork } from "./refs/work_index.ts";

/** Where undo or redo would go. */
export interface UndoTarget {
  /** The commit to move to. */
  readonly commit: CommitInfo;
  /** The logged operations that would be taken back or done again, the first first. */
  readonly operations: readonly Operation[];
  /** The commits between these steps. */
  readonly through: readonly ObjectId[];
}

/** An operation with what it went to. */
export interface MovedTo extends Operation {
  /** Null where nothing is left of it. */
  readonly target: CommitInfo | null;
  /** False for one of before commits and operations were numbered together, if a commit has its number. */
  readonly isNumbered: boolean;
}

/** States before and after something that happened. */
export interface ChangeStep {
  readonly before: CommitInfo;
  readonly after: CommitInfo;
}

/** Something that happened. */
export interface Change {
  /** What people call it: `#12`. */
  readonly name: string;
  readonly kind: CommitKind | OperationKind | "prompt";
  /** Empty where it has none. */
  readonly label: string;
  /** What it did, newest first: several where other things happened in between. Never empty. */
  readonly steps: readonly [ChangeStep, ...ChangeStep[]];
}

/** What is asked of the history. */
export interface UndoSource {
  commitInfo(id: ObjectId): CommitInfo;
  resolve(branch: string, ref: string): CommitInfo;
  /** The operation that a number means; null if the ref means a commit, or nothing. */
  operation(branch: string, ref: string): Operation | null;
  /** What is recorded of the prompt that a ref means; null if the ref means none. */
  prompt(branch: string, ref: string): PromptWork | null;
  /** What is recorded of the call with that id, oldest first. */
  call(branch: string, id: string): readonly ObjectId[];
}

export class Undos {
  readonly #database: DatabaseSync;
  readonly #operations: OperationLog;
  readonly #commits: UndoSource;

  constructor(database: DatabaseSync, operations: OperationLog, commits: UndoSource) {
    this.#database = database;
    this.#operations = operations;
    this.#commits = commits;
  }

  /** The newest operations of a branch that made no commit, newest first. */
  moves(branch: string, range: { since: number; limit: number }): MovedTo[] {
    const find = (id: ObjectId) => readable((id) => this.#commits.commitInfo(id), id);
    const taken = prepared(this.#database, "SELECT 1 FROM commits WHERE sequence = ?");
    return this.#operations.moves(branch, range).map((operation) => ({
      ...operation,
      target: find(operation.to),
      isNumbered: taken.get(operation.number) === undefined,
    }));
  }

  /** Where the branch is after `count` undos. Throws {@linkcode HistoryError} `nothing_to_undo`. */
  target(branch: string, count = 1): UndoTarget {
    const steps = this.#operations.undoable(branch).take(count).toArray();
    if (steps.length === count) return this.#stepsTo(branch, steps);
    throw new HistoryError(
      "nothing_to_undo",
      steps.length === 0
        ? `Cannot undo on ${branch}: there was no rollback, restore or merge to take back`
        : `Cannot undo ${count} operations on ${branch}: there are ${steps.length} to take back`,
      { subject: branch },
    );
  }

  /** Throws {@linkcode HistoryError} `nothing_to_redo`. */
  redoTarget(branch: string): UndoTarget {
    const steps = this.#operations.redoable(branch).take(1).toArray();
    const [step] = steps;
    if (step !== undefined && this.#operations.origin(branch, step).kind === "apply") {
      throw new HistoryError(
        "nothing_to_redo",
        `Cannot redo on ${branch}: an apply was undone last, which agentvfs apply does again`,
        { subject: branch },
      );
    }
    if (steps.length === 1) return this.#stepsTo(branch, steps);
    throw new HistoryError(
      "nothing_to_redo",
      `Cannot redo on ${branch}: nothing was undone since the last rollback or restore`,
      { subject: branch },
    );
  }

  /** Each step goes to where its operation came from. */
  #stepsTo(branch: string, steps: readonly Operation[]): UndoTarget {
    const through = steps.map(({ from }) => from);
    return {
      commit: whole(this.#commits.commitInfo(through.pop()!)),
      operations: steps.map((step) => this.#operations.origin(branch, step)),
      through,
    };
  }

  /**
   * What a commit changed against its first parent, what the operation with a number did, or what the calls after a prompt did.
   * Throws as `resolve` does, and {@linkcode HistoryError} `cannot_undo` where there was nothing before.
   */
  change(branch: string, ref: string): Change {
    const move = this.#commits.operation(branch, ref);
    if (move !== null) {
      const [before, after] = [move.from, move.to].map((id) => whole(this.#commits.commitInfo(id)));
      const { number, kind } = move;
      const step = { before: before!, after: after! };
      return { name: `#${number}`, kind, label: "", steps: [step] };
    }
    const prompt = this.#commits.prompt(branch, ref);
    if (prompt !== null) return this.#changeOf(`prompt ${prompt.id}`, prompt.commits);
    const after = this.#commits.resolve(branch, ref);
    const { call } = after.details ?? {};
    if (call?.startsWith(ref)) {
      const commits = this.#commits.call(branch, call);
      if (commits.length > 1) {
        return { ...this.#changeOf(`call ${call}`, commits), kind: after.kind };
      }
    }
    const name = after.number === undefined ? after.id.slice(0, 12) : `#${after.number}`;
    const [parent] = after.parents;
    if (parent === undefined) {
      throw new HistoryError(
        "cannot_undo",
        `Cannot undo ${name}: the history begins with it, so there is nothing to go back to`,
        { subject: after.id },
      );
    }
    const before = whole(this.#commits.commitInfo(parent));
    return { name, kind: after.kind, label: after.label, steps: [{ before, after }] };
  }

  /** What was changed by nobody's call is not the prompt's: a person may have done it. */
  #changeOf(name: string, commits: readonly ObjectId[]): Change {
    const steps: ChangeStep[] = [];
    for (const commit of commits) {
      const after = whole(this.#commits.commitInfo(commit));
      const [parent] = after.parents;
      if (after.details?.moment === "before-call" || parent === undefined) continue;
      const last = steps[0];
      if (last?.after.id === parent) steps[0] = { ...last, after };
      else steps.unshift({ before: whole(this.#commits.commitInfo(parent)), after });
    }
    const [first, ...others] = steps;
    if (first !== undefined) return { name, kind: "prompt", label: "", steps: [first, ...others] };
    throw new HistoryError(
      "cannot_undo",
      `Cannot undo ${name}: no call of it changed anything`,
      { subject: name },
    );
  }
}
