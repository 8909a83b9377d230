import { defineTool, READS } from "../tool.ts";
import { changeLine, lines, shown } from "../words.ts";

export const diff = defineTool({
  name: "diff",
  title: "Show what differs",
  description:
    "Lists the paths that differ between two checkpoints, or, without `to`, between a checkpoint and the working tree. Without " +
    "`from`: what changed since the last checkpoint. With `patch` the changed lines of text files as well; `paths` limits both.",
  hints: READS,
  method: "diff",
  params: ["from", "to", "patch", "renames", "paths", "branch"],
  fields: ["from", "to", "changes", "patch"],
  cuts: ["changes", "patch"],
  rest: "ask again with `paths` for the others, a few at a time",
  text: ({ from, to, changes, patch }) =>
    lines(
      `From ${from} to ${to}: ${changes.length === 0 ? "no differences" : "these paths differ"}`,
      ...changes.map(changeLine),
      patch === undefined || patch === "" ? null : patch.split("\n").map(patchLine).join("\n"),
    ),
});

/** A carriage return or an escape sequence of a file stays what it is, on its line. */
function patchLine(line: string): string {
  return /^[^\t]*$/.test(line) ? shownLine(line) : line.split("\t").map(shownLine).join("\t");
}

function shownLine(line: string): string {
  const quoted = shown(line);
  return quoted === line ? line : quoted.slice(1, -1);
}
