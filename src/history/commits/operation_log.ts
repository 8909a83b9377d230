/**
 * The log of moves that discard the working tree, and what undo and redo make of it.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { isWholeRow, putRow, type Row } from "../../store/index/summed_table.ts";
import { storedId } from "./commit.ts";
import { HistoryError } from "./history_error.ts";
import { nextNumber } from "./next_number.ts";
import { OPERATIONS } from "./schema.ts";

/** `revert`: one change was taken out of those that came after it. `apply`: not the branch went on, but the project. */
export type OperationKind =
  | "rollback"
  | "restore"
  | "merge"
  | "revert"
  | "refresh"
  | "apply"
  | "undo"
  | "redo";

/** The branch went from one commit to another; of `apply` the project did. */
export interface Operation {
  /** That of the commit, if the operation made one. */
  readonly number: number;
  readonly kind: OperationKind;
  /** Current before it: the safety commit where one was made. */
  readonly from: ObjectId;
  readonly to: ObjectId;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Those that made the commit they went to. */
const MAKES_COMMIT: ReadonlySet<OperationKind> = new Set([
  "restore",
  "merge",
  "revert",
  "refresh",
  "apply",
]);

/**
 * Undo and redo are read like brackets, from the newest line back: an undo takes away the nearest line before it that nothing
 * has taken away yet, and a redo is a line again. So what is read is as much as was undone and not done again, never the
 * whole log.
 */
export class OperationLog {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Adds a line. The caller is inside a transaction. `number`: that of the commit it made, else the next. */
  append(branch: string, operation: Omit<Operation, "time" | "number">, number?: number): void {
    const { kind, from: source, to: target } = operation;
    const sequence = number ?? nextNumber(this.#database);
    const row = { sequence, branch, kind, source, target, time: Date.now() };
    putRow(this.#database, OPERATIONS, row, "INSERT");
  }

  /** The operation with a number, on whatever branch. */
  find(number: number): Operation | null {
    const row = prepared(this.#database, "SELECT * FROM operations WHERE sequence = ?").get(number);
    return row === undefined ? null : operationOf(row);
  }

  /** The newest operations of a branch that made no commit, newest first. */
  moves(branch: string, { since, limit }: { since: number; limit: number }): Operation[] {
    const moves: Operation[] = [];
    for (const operation of this.#newestFirst(branch)) {
      if (operation.time < since || moves.length >= limit) break;
      if (!MAKES_COMMIT.has(operation.kind)) moves.push(operation);
    }
    return moves;
  }

  /**
   * What undo can take back, the next first: each goes to where its operation came from. A redo stands for what it did again,
   * so changes made in between are never lost. Throws {@linkcode HistoryError} `corrupt_ref`.
   */
  *undoable(branch: string, before = Infinity): Generator<Operation> {
    let taken = 0;
    for (const operation of this.#newestFirst(branch, before)) {
      if (operation.kind === "undo") taken++;
      else if (taken > 0) taken--;
      else yield operation;
    }
  }

  /** The undos that can be done again, the next first: each goes to where its undo came from. Throws as `undoable`. */
  *redoable(branch: string, before = Infinity): Generator<Operation> {
    let taken = 0;
    for (const operation of this.#newestFirst(branch, before)) {
      if (operation.kind === "redo") taken++;
      else if (operation.kind !== "undo") return;
      else if (taken > 0) taken--;
      else yield operation;
    }
  }

  /** The rollback, restore or merge that an undo or redo is about. */
  origin(branch: string, operation: Operation): Operation {
    let found = operation;
    while (found.kind === "undo" || found.kind === "redo") {
      const matching = found.kind === "redo" ? this.redoable : this.undoable;
      const { value } = matching.call(this, branch, found.number).next();
      if (value === undefined) return found;
      found = value;
    }
    return found;
  }

  *#newestFirst(branch: string, before = Infinity): Generator<Operation> {
    const rows = prepared(
      this.#database,
      "SELECT * FROM operations WHERE branch = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
    );
    let next = Math.min(before, Number.MAX_SAFE_INTEGER);
    // Statements are shared, so none stays open while others run.
    for (let count = FIRST_LINES;; count *= 2) {
      const page = rows.all(branch, next, count).map(operationOf);
      yield* page;
      if (page.length < count) return;
      next = page.at(-1)!.number;
    }
  }
}

/** Lines that are read at once at first. */
const FIRST_LINES = 8;

function operationOf(row: Row): Operation {
  const { sequence, branch, kind, source, target, time } = row;
  if (!isWholeRow(OPERATIONS, row)) throw corrupt(String(branch));
  return {
    number: Number(sequence),
    kind: String(kind) as OperationKind,
    from: storedId(String(source)),
    to: storedId(String(target)),
    time: Number(time),
  };
}

function corrupt(branch: string): HistoryError {
  return new HistoryError(
    "corrupt_ref",
    `Cannot read what can be undone on ${branch}: a line of it is damaged. Run agentvfs verify --repair`,
    { subject: branch },
  );
}
