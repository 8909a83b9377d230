/**
 * Shows what a rollback, restore, undo or redo did.
 *
 * @module
 */

import type { RollbackReport } from "../../control/service/history.ts";
import type { CommandInput } from "../command.ts";
import { changeLine, counts, duration, grouped, joined, quoted, shortId, words } from "./format.ts";
import { onTerminal, print, printJson, style } from "./output.ts";

/** `verb` in the past: `rolled back to`. Prints the id alone where output is not a terminal. */
export function printRollback(input: CommandInput, verb: string, report: RollbackReport): void {
  if (input.flags.has("json")) return printJson(report);
  if (report.dryRun) return printPreview(report);
  if (!onTerminal()) return print(report.id);
  const to = [style(shortId(report.id), "yellow"), style(quoted(report.label), "bold")];
  print(joined(words(verb, ...to), counts(report.changed), duration(report.ms)));
  if (report.telling !== undefined) {
    const changes = `${grouped(report.telling)} changes`;
    print(style(`programs that watch are still being told of ${changes}; all is done`, "dim"));
  }
  if (report.safety !== null) {
    print(style(`what was there before is checkpoint ${shortId(report.safety)}`, "dim"));
  }
}

function printPreview(report: RollbackReport): void {
  for (const change of report.changes ?? []) print(changeLine(change));
  if (onTerminal()) print(style(`nothing was done; it would be: ${counts(report.changed)}`, "dim"));
}
