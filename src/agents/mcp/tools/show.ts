import { defineTool, READS } from "../tool.ts";
import { workOf } from "../work.ts";
import { changeLine, lines, named, shortId, shown } from "../words.ts";

export const show = defineTool({
  name: "show",
  title: "Show a checkpoint",
  description: "Shows one checkpoint: its label, time and message, and the paths that it changed.",
  hints: READS,
  method: "show",
  params: ["ref", "branch"],
  fields: ["commit", "changes"],
  cuts: ["changes"],
  rest: "the other paths are in diff with `paths`",
  text: ({ commit, changes }) =>
    lines(
      `Checkpoint ${commit.number === null ? "" : `#${commit.number} `}${
        named(commit)
      }, ${commit.kind}, ${commit.time}`,
      commit.message === null ? null : shown(commit.message),
      commit.agent === null ? null : `By ${shown(commit.agent)}`,
      ...workOf(commit.details),
      commit.parents.length === 0 ? null : `After ${commit.parents.map(shortId).join(" and ")}`,
      `Its root is tree ${shortId(commit.tree)}`,
      ...changes.map(changeLine),
    ),
});
