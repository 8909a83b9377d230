import { defineMethod } from "../../method.ts";
import { takeBranch, target } from "../../plain_form.ts";
import { group, type Infer, list, nullable, ref, shape, text, whole } from "../../schema.ts";
import { BRANCH, Change, LogEntry } from "../../shapes/history.ts";

export const ShownCheckpoint = shape("ShownCheckpoint", "A checkpoint, and where its files are.", {
  ...LogEntry.entries,
  tree: text("Id of its root directory"),
});
export type ShownCheckpoint = Infer<typeof ShownCheckpoint>;

export const EventCounts = shape(
  "EventCounts",
  "What the log of events has of a checkpoint, or of a tool call: `agentvfs audit --of` lists it.",
  {
    count: whole("Events"),
    processCount: whole("Processes that they are of"),
    processes: list(
      group({
        pid: nullable(whole("Its number"), "Null if it is not known"),
        program: nullable(text("Its name"), "Null if it is not known"),
        events: whole("What it did"),
      }, "One"),
      "Those with most events first, at most 20",
    ),
  },
);
export type EventCounts = Infer<typeof EventCounts>;

export const ShowReport = shape("ShowReport", "A checkpoint and what it changed.", {
  commit: ShownCheckpoint,
  changes: list(Change, "Against the first parent"),
  events: nullable(EventCounts, "Null where the log of events does not tell of it"),
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
