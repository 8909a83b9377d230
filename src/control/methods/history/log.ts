import { defineMethod } from "../../method.ts";
import { takeBranch } from "../../plain_form.ts";
import {
  count,
  flag,
  id,
  type Infer,
  list,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  time,
  whole,
} from "../../schema.ts";
import { BRANCH, LogEntry } from "../../shapes/history.ts";

export const LogMove = shape("LogMove", "What moved the branch without making a checkpoint.", {
  number: nullable(
    whole("As that of a `LogEntry`; a ref with it means where the branch went"),
    "Null for one of long ago that has none of its own",
  ),
  kind: oneOf(["rollback", "undo", "redo"], "What was asked for"),
  time: time("When it was done"),
  from: id("Checkpoint that the branch stood on"),
  to: id("Checkpoint that it stood on then"),
  toNumber: nullable(whole("Its number"), "Null where its line is lost"),
  toLabel: nullable(text("Its label"), "Null if it has none"),
});
export type LogMove = Infer<typeof LogMove>;

export const LogReport = shape("LogReport", "The checkpoints of a branch, newest first.", {
  branch: text("Branch they are of"),
  head: id("Checkpoint it stands on"),
  entries: list(LogEntry, "Newest first"),
  moves: list(LogMove, "What moved the branch since the last of them was made, newest first"),
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
