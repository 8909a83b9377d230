/**
 * What is told to those who subscribed.
 *
 * @module
 */

import { id, type Infer, nullable, oneOf, optional, shape, text, time, whole } from "../schema.ts";
import { ChangeCounts, CommitKind, Details } from "./history.ts";

export const EVENT_KINDS = [
  "checkpoint",
  "rollback",
  "undo",
  "redo",
  "restore",
  "merge",
  "revert",
  "refresh",
  "apply",
  "branch-created",
  "branch-deleted",
  "branch-renamed",
  "refused",
  "file",
  "lost",
] as const;
export type EventKind = typeof EVENT_KINDS[number];

export const WorkspaceEvent = shape(
  "WorkspaceEvent",
  "Something that happened. Which fields there are depends on the kind.",
  {
    kind: oneOf(
      EVENT_KINDS,
      "`checkpoint`: one was made, also by itself, and the working tree stayed; `rollback` to `apply`: as in `log`, the tree was " +
        "made another one (of `apply`: the project); `branch-…`; `refused`: a request was; `file`: something was done in the mount, told only to who asks for it; `lost`: events are missing here",
    ),
    seq: whole("Its place among all events of this server, also of those that are not told"),
    time: time("When it happened"),
    branch: nullable(text("That it is about"), "Null for what is about none"),
    id: optional(nullable(
      id("Of the checkpoint that the branch now stands on"),
      "Null for a merge whose conflicts are to be settled",
    )),
    from: optional(id("Of the one that it stood on before")),
    label: optional(nullable(text("Of the checkpoint"), "Null if it has none")),
    commit: optional(CommitKind),
    changed: optional(ChangeCounts),
    agent: optional(text("Who made it, as the caller named itself")),
    details: optional(Details),
    oldBranch: optional(text("Of a renamed branch: its name before")),
    method: optional(text("That was refused")),
    code: optional(text("Of the refusal")),
    message: optional(text("Of the refusal: a sentence for people")),
    record: optional(
      text("Of `file`: the event as the log of events has it, JSON (docs/telemetry.md)"),
    ),
    count: optional(nullable(
      whole("How many events were lost, because they were not read in time"),
      "Null where nobody knows: another server took over",
    )),
  },
);
export type WorkspaceEvent = Infer<typeof WorkspaceEvent>;
