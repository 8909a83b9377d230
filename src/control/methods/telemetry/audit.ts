import { defineMethod } from "../../method.ts";
import {
  count,
  type Infer,
  list,
  name,
  names,
  nullable,
  optional,
  shape,
  text,
  time,
  whole,
} from "../../schema.ts";
import { BRANCH } from "../../shapes/history.ts";

export const AuditEvent = shape("AuditEvent", "What was done, as the log of events has it.", {
  sequence: whole("Counts all events of the workspace"),
  time: time("When"),
  action: text("What: `create`, `write`, `rename`, `unlink`, …"),
  path: nullable(
    text("From the root of the mount; absolute if it is elsewhere"),
    "Null if it is about no file",
  ),
  target: nullable(text("Of a rename where to, of a link the new name"), "Null if there is none"),
  bytes: nullable(whole("Written"), "Null if it is not about bytes"),
  program: nullable(text("Name of the process"), "Null if it is not known"),
  pid: nullable(whole("Of the process"), "Null if it is not known"),
  error: nullable(text("Why it failed, as a POSIX code"), "Null if it was done"),
  rule: nullable(text("Name of the rule that refused or watches it"), "Null if none does"),
  call: nullable(text("Id of the tool call during which it was done"), "Null if in none"),
  message: nullable(text("A sentence for people"), "Null if there is nothing to say"),
});
export type AuditEvent = Infer<typeof AuditEvent>;

export const AuditReport = shape("AuditReport", "What was done on a branch.", {
  branch: text("Where"),
  events: list(AuditEvent, "Newest first"),
});
export type AuditReport = Infer<typeof AuditReport>;

export const method = defineMethod({
  brief: "What was done on a branch, by whom: the log of events. Rejects with `bad_params`",
  version: 1,
  who: "branch",
  params: {
    ...BRANCH,
    paths: optional(
      names("paths", "Only what was done to these, or in them. Relative to the root of the mount"),
    ),
    since: optional(name("Only from this time on (RFC 3339)")),
    call: optional(name("Only what was done during this tool call")),
    limit: optional(count("Most events that are told, the newest; default: 100, at most 1000")),
  },
  result: AuditReport,
});
