import type { RollbackReport, UndoReport } from "../../../control/service/history.ts";
import { defineTool, RECORDS } from "../tool.ts";
import {
  changeLine,
  conflictLine,
  counted,
  leftAloneLine,
  lines,
  named,
  shortId,
} from "../words.ts";

const LARGE =
  "What would delete or rewrite very many paths is refused; ask the person before you set `forceLarge`.";
const FIELDS = ["id", "label", "branch", "safety", "changed", "dryRun", "changes"] as const;
const CUTS = { cuts: ["changes"], rest: "the other paths are in diff" } as const;

export const rollback = defineTool({
  name: "rollback",
  title: "Roll back to a checkpoint",
  description:
    "Makes the whole working tree what it was at a checkpoint: edits, created, deleted and moved files, whatever changed them. " +
    "Nothing is lost: what was not recorded becomes a checkpoint first, and undo takes the rollback back. Read files again " +
    "before you edit them afterwards. `ref` may be `prompt:ID`, the state before that prompt (`prompt:` before the last), or the id of a " +
    "tool call, the state after it. `dryRun` only tells what would change. " + LARGE,
  hints: RECORDS,
  method: "rollback",
  params: ["ref", "dryRun", "touch", "forceLarge", "branch"],
  fields: FIELDS,
  ...CUTS,
  text: (report) => told("Rolled back to", report),
});

export const restore = defineTool({
  name: "restore",
  title: "Restore paths from a checkpoint",
  description:
    "Makes some files or directories what they were at a checkpoint and leaves everything else as it is. Also for what was " +
    "deleted. Nothing is lost: the state before becomes a checkpoint first, and undo takes it back. " +
    LARGE,
  hints: RECORDS,
  method: "restore",
  params: ["paths", "from", "dryRun", "touch", "forceLarge", "branch"],
  fields: FIELDS,
  ...CUTS,
  text: (report) => told("Restored; now at", report),
});

export const undo = defineTool({
  name: "undo",
  title: "Undo the last operation, or one thing",
  description:
    "Without `ref`: takes the last rollback, restore, merge or undo back (`count`: the last few). With `ref`, a number of the log such " +
    "as #12, a label or the id of a tool call: takes out only what that checkpoint, merge, rollback or call changed and leaves what came " +
    "after it; with `prompt:ID` what all calls of that prompt changed (`prompt:`: of the last). What cannot be " +
    "taken out without losing a later change is listed, and nothing is changed; `strategy` decides it. Nothing is lost. " +
    LARGE,
  hints: RECORDS,
  method: "undo",
  params: ["ref", "count", "strategy", "dryRun", "touch", "forceLarge", "branch"],
  fields: [...FIELDS, "undone", "project"],
  ...CUTS,
  text: (report) =>
    lines(
      undoneLine(report),
      projectLine(report),
      told(report.undone ? "Now at" : "Undone; back at", report),
    ),
});

export const redo = defineTool({
  name: "redo",
  title: "Redo what was undone",
  description: "Does again what undo took back last.",
  hints: RECORDS,
  method: "redo",
  params: ["branch"],
  fields: FIELDS,
  ...CUTS,
  text: (report) => told("Done again; now at", report),
});

function told(what: string, report: RollbackReport): string {
  const { branch, changed, safety, dryRun, changes = [] } = report;
  return lines(
    dryRun
      ? `Nothing was done. It would be ${named(report)} on branch ${branch}: ${counted(changed)}`
      : `${what} ${named(report)} on branch ${branch}: ${counted(changed)}`,
    safety === null ? null : `What was there before is checkpoint ${shortId(safety)}`,
    ...changes.map(changeLine),
  );
}

function undoneLine({ undone, dryRun }: UndoReport): string | null {
  if (undone === undefined) return null;
  const conflicts = [...undone.conflicts, ...undone.decided];
  return lines(
    `${dryRun ? "Would take out" : "Took out"} ${undone.kind} ${undone.name}`,
    ...conflicts.map(conflictLine),
  );
}

/** An apply that is taken back is taken back in the person's directory. */
function projectLine({ project, dryRun }: UndoReport): string | null {
  if (project === undefined) return null;
  return lines(
    `In the project ${dryRun ? "it would be" : "it was"}: ${counted(project.changed)}`,
    ...project.leftAlone.map(leftAloneLine),
  );
}
