import type { ApplyReport } from "../../../control/service/project.ts";
import { defineTool, RECORDS } from "../tool.ts";
import {
  changeLine,
  conflictLine,
  counted,
  leftAloneLine,
  lines,
  shortId,
  shown,
} from "../words.ts";

/** It writes into the person's own directory, so a client asks the person, whatever it may do else. */
export const apply = defineTool({
  name: "apply",
  title: "Apply to the project",
  description:
    "Writes what a branch changed into the person's real project directory. Only when the person asked for it, and after a call with " +
    "`dryRun` was shown to them. What the person changed there meanwhile stays; where both changed the same it is refused with the " +
    "list of conflicts, and nothing is written.",
  hints: { ...RECORDS, destructiveHint: true },
  meta: { "anthropic/requiresUserInteraction": true },
  method: "apply",
  params: ["ref", "only", "strategy", "partial", "dryRun", "message", "branch"],
  fields: ["branch", "to", "state", "id", "dryRun", "changed", "changes", "conflicts", "leftAlone"],
  cuts: ["conflicts", "leftAlone", "changes"],
  rest: "ask again with `only` for a part of the paths",
  text: applyText,
});

/** What an apply did, or, of one that was refused, why. */
export function applyText(report: ApplyReport): string {
  const { branch, to, state, id, dryRun, changed, changes = [], conflicts, leftAlone } = report;
  return lines(
    `${STATES[state]} ${branch} to ${shown(to)}: ${counted(changed)}${
      id === null ? "" : `, apply ${shortId(id)}`
    }`,
    dryRun ? "Nothing was done: this is what would be" : null,
    ...conflicts.map(conflictLine),
    ...leftAlone.map(leftAloneLine),
    ...changes.map(changeLine),
  );
}

const STATES: Readonly<Record<ApplyReport["state"], string>> = {
  applied: "Applied",
  partial: "Applied in part",
  unchanged: "There was nothing to apply of",
  refused: "Nothing was applied of",
  aborted: "Taken back was the apply of",
};
