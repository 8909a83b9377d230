/**
 * The log of moves that discard the working tree, and what undo and redo make of it.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { ObjectId } from "../store/object_id.ts";
import { storedId } from "./commit.ts";

export type OperationKind = "rollback" | "restore" | "undo" | "redo";

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
  /** The rollback or restore it takes back or does again. */
  readonly operation: Operation;
}

export class OperationLog {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Adds a line. The caller is inside a transaction. */
  append(branch: string, operation: Omit<Operation, "time">): void {
    this.#database.prepare(
      "INSERT INTO operations (branch, kind, source, target, time) VALUES (?, ?, ?, ?, ?)",
    ).run(branch, operation.kind, operation.from, operation.to, Date.now());
  }

  /** The branch's operations, oldest first. */
  list(branch: string): Operation[] {
    return this.#database.prepare(
      "SELECT kind, source, target, time FROM operations WHERE branch = ? ORDER BY sequence",
    ).all(branch).map((row) => ({
      kind: String(row.kind) as OperationKind,
      from: storedId(String(row.source)),
      to: storedId(String(row.target)),
      time: Number(row.time),
    }));
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
