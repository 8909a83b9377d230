import type { MergedSource, MergeReport } from "../../../control/service/merge.ts";
import { defineTool, RECORDS } from "../tool.ts";
import { conflictLine, counted, lines, named, shortId, shown } from "../words.ts";

export const merge = defineTool({
  name: "merge",
  title: "Merge branches",
  description:
    "Merges one or more branches, with what is not recorded in them, into a branch, three-way, down to lines. Where both sides " +
    "changed the same lines it is refused with the list of conflicts and nothing changes; `strategy` decides them: ours, " +
    "theirs, union, or markers, which writes them into the files to be settled. undo takes a merge back.",
  hints: RECORDS,
  method: "merge",
  params: ["sources", "into", "strategy", "label", "message", "paths", "dryRun"],
  fields: ["into", "state", "id", "label", "dryRun", "sources", "changed", "safety"],
  cuts: ["sources"],
  inside: ["conflicts", "decided"],
  rest: "merge one source at a time, or only some `paths`",
  text: mergeText,
});

export const mergeContinue = defineTool({
  name: "merge_continue",
  title: "Finish a merge",
  description:
    "Ends a merge whose conflicts were marked in files (strategy markers), after you settled them in every file.",
  hints: RECORDS,
  method: "continueMerge",
  params: ["branch"],
  fields: ["id", "label", "branch", "changed"],
  text: (made) =>
    `Merged: checkpoint ${named(made)} on branch ${made.branch}: ${counted(made.changed)}`,
});

export const mergeAbort = defineTool({
  name: "merge_abort",
  title: "Give up a merge",
  description: "Takes a merge back whose conflicts were marked in files and are not settled.",
  hints: RECORDS,
  method: "abortMerge",
  params: ["branch"],
  fields: ["id", "label", "branch", "changed"],
  text: (report) =>
    `Back at ${named(report)} on branch ${report.branch}: ${counted(report.changed)}`,
});

/** What a merge did, or, of one that was refused, why. */
export function mergeText(report: MergeReport): string {
  return lines(
    `${STATES[report.state]} ${report.into}: ${counted(report.changed)}${
      report.id === null ? "" : `, checkpoint ${shortId(report.id)}`
    }`,
    report.dryRun ? "Nothing was done: this is what would be" : null,
    ...report.sources.flatMap(sourceLines),
    report.safety === null ? null : `What was there before is checkpoint ${shortId(report.safety)}`,
  );
}

const STATES: Readonly<Record<MergeReport["state"], string>> = {
  merged: "Merged into",
  unchanged: "There was nothing to merge into",
  settle: "Conflicts are marked in the files; settle them, then continue or abort the merge into",
  refused: "Nothing was merged into",
};

function sourceLines({ name, merged, conflicts, decided, changed }: MergedSource): string[] {
  return [
    `- ${shown(name)}: ${merged ? counted(changed) : "not merged"}`,
    ...conflicts.map((conflict) => `  ${conflictLine(conflict)}`),
    ...decided.map((conflict) => `  decided: ${conflictLine(conflict)}`),
  ];
}
