import { defineMethod } from "../../method.ts";
import { takeBranch } from "../../plain_form.ts";
import { count, flag, id, type Infer, list, optional, shape, text } from "../../schema.ts";
import { BRANCH, LogEntry } from "../../shapes/history.ts";

export const LogReport = shape("LogReport", "The checkpoints of a branch, newest first.", {
  branch: text("Branch they are of"),
  head: id("Checkpoint it stands on"),
  entries: list(LogEntry, "Newest first"),
});
export type LogReport = Infer<typeof LogReport>;

export const method = defineMethod({
  brief: "Checkpoints, newest first",
  version: 1,
  who: "branch",
  params: {
    ...BRANCH,
    limit: optional(count("Largest number of entries")),
    all: optional(flag("Automatic (safety) checkpoints as well")),
  },
  result: LogReport,
  plain: {
    usage: "log [N] [branch=B]",
    params(given) {
      const { rest, ...branch } = takeBranch(given);
      return { ...(rest.length === 0 ? {} : { limit: Number(rest.join(" ")) }), ...branch };
    },
  },
});
