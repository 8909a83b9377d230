import { defineMethod } from "../../method.ts";
import {
  choices,
  count,
  type Infer,
  list,
  name,
  nullable,
  optional,
  shape,
  text,
  whole,
} from "../../schema.ts";
import { EVENT_KINDS } from "../../shapes/events.ts";

export const SubscribeReport = shape(
  "SubscribeReport",
  "What is told from now on: each event is a line with a `WorkspaceEvent`.",
  {
    branch: nullable(text("The branch whose events are told"), "Null for those of all"),
    kinds: list(text("A kind"), "Kinds that are told; `lost` always is"),
    seq: whole("Of the last event before"),
  },
);
export type SubscribeReport = Infer<typeof SubscribeReport>;

export const method = defineMethod({
  brief:
    "Tells of events from now on, until the connection ends. Only on the control socket; the connection takes no more requests",
  version: 1,
  who: "branch",
  params: {
    kinds: optional(choices(EVENT_KINDS, "Kinds to be told; default: all but `file`")),
    branch: optional(name("Branch whose events are told; default: all")),
    queue: optional(count("Most events that wait for a reader; default: 1000, at most 100000")),
  },
  result: SubscribeReport,
});
