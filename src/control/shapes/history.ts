/**
 * What several methods say about checkpoints of a branch and going back to them.
 *
 * @module
 */

import {
  always,
  count,
  flag,
  group,
  id,
  type Infer,
  list,
  ms,
  name,
  nullable,
  oneOf,
  optional,
  shape,
  text,
  time,
  truth,
  whole,
} from "../schema.ts";

/** Which branch is meant: a parameter of many methods. */
export const BRANCH = { branch: optional(name("Branch that is meant; default: main")) };

export const ChangeCounts = shape("ChangeCounts", "Numbers of paths.", {
  added: whole("Paths that there were not before"),
  modified: whole("Paths with other content or attributes"),
  deleted: whole("Paths that there are no more"),
});
export type ChangeCounts = Infer<typeof ChangeCounts>;

export const Change = shape("Change", "A path that differs.", {
  status: oneOf(["A", "M", "D", "T"], "Added, modified, deleted, or of another type now"),
  path: text("For people; exact where it is valid UTF-8"),
  pathBytes: optional(text("The exact bytes in base64, only where they are not UTF-8")),
  kind: text(
    "`file`, `directory`, `symlink`, `fifo`, `socket`, `block device`, `character device`",
  ),
  oldKind: optional(text("The same before, where `status` is `T`")),
  details: optional(list(
    oneOf(
      ["content", "mode", "owner", "xattrs", "target"],
      "One thing; `target`: of a symbolic link",
    ),
    "What differs",
  )),
  oldPath: optional(text("Of an added file: where it was before, if renames were asked for")),
  oldPathBytes: optional(text("The exact bytes in base64, only where they are not UTF-8")),
  similarity: optional(whole("Percent of the file that is as it was at the old path")),
  lines: optional(nullable(
    group(
      {
        added: whole("Lines put in"),
        deleted: whole("Lines taken out"),
      },
      "Of a file or symbolic link, if they were asked for; a renamed file's count where it is now",
    ),
    "Null of binary and very large files",
  )),
  oldSize: optional(whole("Bytes before, where they were asked for")),
  size: optional(whole("Bytes now, where they were asked for")),
});
export type Change = Infer<typeof Change>;

export const CommitKind = oneOf(
  ["import", "checkpoint", "safety", "restore", "merge", "refresh", "revert", "apply"],
  "Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, " +
    "paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the " +
    "project became when the branch was applied to it",
);
export type CommitKind = Infer<typeof CommitKind>;

export const Head = shape("Head", "The checkpoint that a branch stands on.", {
  id: id("Of the checkpoint"),
  label: nullable(text("Short name"), "Null if it has none"),
  time: time("When it was made"),
});
export type Head = Infer<typeof Head>;

const NUMBER = nullable(
  whole("By which `log` calls it, and that never changes; a ref may be `#12`"),
  "Null where its line is lost",
);

export const CheckpointReport = shape("CheckpointReport", "A checkpoint that was made.", {
  id: id("Of the checkpoint"),
  number: NUMBER,
  label: nullable(text("Short name"), "Null if it has none"),
  branch: text("Branch it was made on"),
  changed: ChangeCounts,
  ms: ms("Time inside the daemon"),
});
export type CheckpointReport = Infer<typeof CheckpointReport>;

export const LeftAlone = shape("LeftAlone", "A path that is not as it was to be.", {
  path: text("For people"),
  reason: text("Why"),
});
export type LeftAlone = Infer<typeof LeftAlone>;

/** The fields of a {@linkcode RollbackReport}. */
export const MOVED = {
  id: id("Checkpoint now shown, or, in a dry run, that would be"),
  label: nullable(text("Its label"), "Null if it has none"),
  branch: text("Branch that was moved"),
  safety: nullable(
    id("Automatic checkpoint taken first"),
    "Null where nothing was unsaved",
  ),
  changed: ChangeCounts,
  ms: ms("Time inside the daemon"),
  dryRun: truth("Nothing was done"),
  changes: optional(list(Change, "Dry run only: what would change")),
  telling: optional(
    whole("Changes of which who watches the mount is still being told: docs/watchers.md"),
  ),
};

export const RollbackReport = shape(
  "RollbackReport",
  "What a rollback, restore or redo has done, or would do.",
  MOVED,
);
export type RollbackReport = Infer<typeof RollbackReport>;

/** A parameter of what changes a tree. */
export const DRY_RUN = {
  dryRun: optional(flag("Only tell what would change")),
};

/** For builds that go by times: a parameter of what brings files back. */
export const TOUCH = {
  touch: optional(flag("Files that change get the present as their time of modification")),
};

/** How much may be lost at once: parameters of what changes a whole tree. */
export const GUARD = {
  forceLarge: optional(flag("Also if it deletes or rewrites very many paths; else `too_large`")),
  largest: optional(
    count("How many are not very many; default: 1000, or a tenth of the tree if that is more"),
  ),
};

export const LargeChange = shape(
  "LargeChange",
  "What a change would delete or rewrite: the `details` of `too_large`.",
  {
    modified: whole("Paths with other content or attributes"),
    deleted: whole("Paths that there would be no more"),
    total: whole("Paths that there are"),
    bound: whole("How many would have been done without `forceLarge`"),
    directories: list(
      group({
        path: text("Directory in the root; `.` is the root itself"),
        modified: whole("In it, at any depth"),
        deleted: whole("In it, at any depth"),
      }, "Of one"),
      "Those that lose most, at most 20",
    ),
  },
);
export type LargeChange = Infer<typeof LargeChange>;

export const Details = shape(
  "Details",
  "What of an agent's work a checkpoint records, as the agent's hooks told it. What is not known is not there.",
  {
    moment: optional(oneOf(
      ["prompt", "call", "before-call", "turn", "deletion", "quiet", "timer"],
      "It has what was changed before the person said something, by a tool call, before a call and by none, or by the end of a turn; " +
        "or was made by itself: when very much was being deleted, after a quiet moment, or by timer",
    )),
    session: optional(text("The agent's session")),
    prompt: optional(text("The person's prompt, or turn, that it belongs to")),
    said: optional(text("The beginning of what the person said")),
    subagent: optional(text("The subagent that did it")),
    started: optional(text("The subagent to which the call handed work")),
    tool: optional(text("As the agent calls it")),
    call: optional(text("Id of the tool call")),
    command: optional(text("The shell command, or the file that was edited")),
    durationMs: optional(ms("How long the call took")),
    exit: optional(whole("How the command ended")),
    alongside: optional(list(
      text("Id of a call"),
      "Calls that were under way at the same time",
    )),
    by: optional(oneOf(
      ["processes", "time"],
      "How it was told from what those changed: by the processes that did it and the files that the calls name, or only by time, so that it may be theirs",
    )),
    transcript: optional(text("Where the agent keeps the conversation")),
    transcriptBytes: optional(whole("How long that was then")),
  },
);
export type Details = Infer<typeof Details>;

export const LogEntry = shape("LogEntry", "A checkpoint.", {
  id: id("Of the checkpoint"),
  number: NUMBER,
  label: nullable(text("Short name"), "Null if it has none"),
  message: nullable(text("Longer description"), "Null if it has none"),
  kind: CommitKind,
  time: time("When it was made"),
  parents: list(id("Of a checkpoint"), "The first is what the branch stood on"),
  changed: nullable(ChangeCounts, "Against the first parent; null where there is none"),
  head: truth("It is what the branch stands on"),
  agent: nullable(text("Who made it, as the caller named itself"), "Null if it did not"),
  details: optional(Details),
  compacted: optional(always(
    true,
    "What it recorded was given up: it can be looked at here, not gone back to",
  )),
});
export type LogEntry = Infer<typeof LogEntry>;
