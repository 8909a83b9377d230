import { defineMethod } from "../../method.ts";
import { takeBranch, target } from "../../plain_form.ts";
import { type Infer, list, ref, shape, text } from "../../schema.ts";
import { BRANCH, Change, LogEntry } from "../../shapes/history.ts";

export const ShownCheckpoint = shape("ShownCheckpoint", "A checkpoint, and where its files are.", {
  ...LogEntry.entries,
  tree: text("Id of its root directory"),
});
export type ShownCheckpoint = Infer<typeof ShownCheckpoint>;

export const ShowReport = shape("ShowReport", "A checkpoint and what it changed.", {
  commit: ShownCheckpoint,
  changes: list(Change, "Against the first parent"),
});
export type ShowReport = Infer<typeof ShowReport>;

export const method = defineMethod({
  brief: "A checkpoint, and what it changed",
  version: 1,
  who: "branch",
  params: { ref: ref("Checkpoint that is meant"), ...BRANCH },
  result: ShowReport,
  plain: {
    usage: "show TARGET [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ref: target(rest), ...branch };
    },
  },
});
