import { defineMethod } from "../../method.ts";
import { takeBranch } from "../../plain_form.ts";
import {
  count,
  flag,
  id,
  type Infer,
  list,
  name,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  time,
  whole,
} from "../../schema.ts";
import { BRANCH, Details, LogEntry } from "../../shapes/history.ts";

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

export const WorkNote = shape(
  "WorkNote",
  "What an agent told of itself: a prompt, or a call that is over, whether it changed something or not.",
  {
    kind: oneOf(["prompt", "call"], "What it is"),
    time: time("When the prompt was given, or the call was over"),
    agent: text("Which agent"),
    details: Details,
    commit: nullable(
      id("Of a prompt: the state before it. Of a call: the checkpoint of what it changed"),
      "Null: nothing was recorded of it",
    ),
    outcome: optional(oneOf(
      ["done", "failed", "unfinished"],
      "Of a call; `unfinished`: it began, and nobody said that it ended: it was refused or interrupted",
    )),
  },
);
export type WorkNote = Infer<typeof WorkNote>;

export const LogReport = shape("LogReport", "The checkpoints of a branch, newest first.", {
  branch: text("Branch they are of"),
  head: id("Checkpoint it stands on"),
  entries: list(LogEntry, "Newest first"),
  moves: list(LogMove, "What moved the branch since the last of them was made, newest first"),
  work: optional(list(WorkNote, "If it was asked for: since the same, newest first")),
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
    session: optional(
      name("Only what is of this session of an agent, or of the one whose id begins so"),
    ),
    work: optional(flag("Prompts and calls as agents told of them as well")),
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
