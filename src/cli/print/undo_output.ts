/**
 * Shows what became of the undo of one thing.
 *
 * @module
 */

import type { Undone, UndoReport } from "../../control/service/history.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { CommandInput } from "../command.ts";
import { conflictLine } from "./conflict_line.ts";
import { changeLine, counts, duration, joined, shortId, words } from "./format.ts";
import { onTerminal, print, printError, printJson, style } from "./output.ts";

/** Runs an undo. If it is refused, lists the conflicts before the error is reported. */
export async function withUndoConflicts(
  input: CommandInput,
  undo: () => Promise<UndoReport>,
): Promise<UndoReport> {
  try {
    return await undo();
  } catch (error) {
    if (error instanceof ServiceError && error.code === "undo_conflicts") {
      if (!input.flags.has("json")) {
        listConflicts(error.details as Listed);
      }
    }
    throw error;
  }
}

/** Prints the id of the checkpoint alone where output is not a terminal. */
export function printUndone(input: CommandInput, report: UndoReport, undone: Undone): void {
  if (input.flags.has("json")) return printJson(report);
  const { name, conflicts } = undone;
  const { changed, dryRun, changes = [], id, ms } = report;
  if (conflicts.length > 0) listConflicts(undone);
  for (const change of changes) print(changeLine(change));
  if (dryRun) {
    if (conflicts.length > 0) printError(`${name} cannot be undone as it is`);
    else if (onTerminal()) print(style(`nothing was done; it would be: ${counts(changed)}`, "dim"));
    return;
  }
  if (conflicts.length > 0) {
    print(
      `undid ${name} with conflicts marked; settle them, then: agentvfs merge --continue (or --abort)`,
    );
  } else if (isNothing(changed)) print(`nothing of ${name} is left to take back`);
  else if (!onTerminal()) print(id);
  else {
    print(
      joined(words(`undid ${name}:`, style(shortId(id), "yellow")), counts(changed), duration(ms)),
    );
  }
}

type Listed = Pick<Undone, "name" | "conflicts">;

function listConflicts({ name, conflicts }: Listed): void {
  for (const conflict of conflicts) printError(conflictLine(`before ${name}`, conflict));
}

function isNothing({ added, modified, deleted }: UndoReport["changed"]): boolean {
  return added + modified + deleted === 0;
}
