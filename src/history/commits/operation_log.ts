/**
 * The log of moves that discard the working tree, and what undo and redo make of it.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../../store/format/object_id.ts";
import { prepared } from "../../store/index/prepared.ts";
import { isWholeRow, putRow } from "../../store/index/summed_table.ts";
import { storedId } from "./commit.ts";
import { HistoryError } from "./history_error.ts";
import { nextSequence, OPERATIONS } from "./schema.ts";

export type OperationKind = "rollback" | "restore" | "merge" | "undo" | "redo";

/** The branch went from one commit to another. */
export interface Operation {
  readonly kind: OperationKind;
  /** Current before it: the safety commit where one was made. */
  readonly from: ObjectId;
  readonly to: ObjectId;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** A move that undo or redo can make. */
export interface UndoStep {
  readonly goTo: ObjectId;
  /** The rollback, restore or merge it takes back or does again. */
  readonly operation: Operation;
}

export class OperationLog {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Adds a line. The caller is inside a transaction. */
  append(branch: string, operation: Omit<Operation, "time">): void {
    const { kind, from: source, to: target } = operation;
    const sequence = nextSequence(this.#database, OPERATIONS);
    const row = { sequence, branch, kind, source, target, time: Date.now() };
    putRow(this.#database, OPERATIONS, row, "INSERT");
  }

  /** The branch's operations, oldest first. Throws {@linkcode HistoryError} `corrupt_ref`. */
  list(branch: string): Operation[] {
    return prepared(
      this.#database,
      "SELECT * FROM operations WHERE branch = ? ORDER BY sequence",
    ).all(branch).map((row) => {
      if (!isWholeRow(OPERATIONS, row)) throw corrupt(branch);
      return {
        kind: String(row.kind) as OperationKind,
        from: storedId(String(row.source)),
        to: storedId(String(row.target)),
        time: Number(row.time),
      };
    });
  }

  /**
   * What can be undone and redone, the next step last. An undo goes to where its operation came from,
   * and the redo after it to where that undo came from: changes made in between are never lost.
   */
  stacks(branch: string): { undo: UndoStep[]; redo: UndoStep[] } {
    const undo: UndoStep[] = [];
    let redo: UndoStep[] = [];
    for (const operation of this.list(branch)) {
      switch (operation.kind) {
        case "rollback":
        case "restore":
        case "merge":
          undo.push({ goTo: operation.from, operation });
          redo = [];
          break;
        case "undo": {
          const step = undo.pop();
          if (step) redo.push({ goTo: operation.from, operation: step.operation });
          break;
        }
        case "redo": {
          const step = redo.pop();
          if (step) undo.push({ goTo: operation.from, operation: step.operation });
          break;
        }
      }
    }
    return { undo, redo };
  }
}

function corrupt(branch: string): HistoryError {
  return new HistoryError(
    "corrupt_ref",
    `Cannot read what can be undone on ${branch}: a line of it is damaged. Run agentvfs verify --repair`,
    { subject: branch },
  );
}
