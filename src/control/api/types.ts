/**
 * The types of what a daemon can be asked, and of what it answers, written from the declarations in `../methods/` by
 * scripts/write_cli_docs.ts.
 *
 * @module
 */

import type { CallOptions } from "./call_options.ts";

/** Id of a checkpoint or an object: 64 hex digits. */
export type Id = string;

/** A time, ISO 8601 in UTC. */
export type Time = string;

/** Paths of which something is lost. */
export interface AffectedReport {
  /** Checkpoint of which something is lost; null for what a branch stored without one. */
  commit: Id | null;
  /** Its label; null if it has none. */
  label: string | null;
  /** Branch it is of. */
  branch: string;
  /** The first of the paths; a directory stands for everything in it. */
  paths: string[];
  /** All of them. */
  pathCount: number;
}

/** What an apply has done, or would do. */
export interface ApplyReport {
  /** Branch that is applied. */
  branch: string;
  /** Directory that it is applied to. */
  to: string;
  /** `applied`: everything is there; `partial`: some paths are left; `unchanged`: there was nothing to apply; `refused`: there are conflicts; `aborted`: what had begun was taken back. In a dry run, what would be. */
  state: "applied" | "partial" | "unchanged" | "refused" | "aborted";
  /** Of the apply: `undo` takes it back; null where nothing was applied. */
  id: Id | null;
  /** Checkpoint that was applied. */
  applied: Id;
  /** Nothing was done. */
  dryRun: boolean;
  /** See `ProjectMoved` */
  project: ProjectMoved;
  /** Those that nothing decided; ours is the project, theirs the branch. */
  conflicts: ConflictReport[];
  /** Those that the strategy decided. */
  decided: ConflictReport[];
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Dry run only: what would change in the project. */
  changes?: Change[];
  /** What changed while it was applied, or could not be written. */
  leftAlone: LeftAlone[];
  /** What was written and lacks something: an owner, an attribute. */
  notKept: LeftAlone[];
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** Time inside the daemon. */
  ms: number;
}

/** What a branch has that the project does not have yet. */
export interface ApplyReview {
  /** That is reviewed. */
  branch: string;
  /** Of a checkpoint of what both have in common. */
  from: Id;
  /** Of a checkpoint of what would be applied. */
  to: Id;
  /** By path. */
  items: ReviewItem[];
}

/** What was done, as the log of events has it. */
export interface AuditEvent {
  /** Counts all events of the workspace. */
  sequence: number;
  /** When. */
  time: Time;
  /** What: `create`, `write`, `rename`, `unlink`, …. */
  action: string;
  /** From the root of the mount; absolute if it is elsewhere; null if it is about no file. */
  path: string | null;
  /** Of a rename where to, of a link the new name; null if there is none. */
  target: string | null;
  /** Written; null if it is not about bytes. */
  bytes: number | null;
  /** Name of the process; null if it is not known. */
  program: string | null;
  /** Of the process; null if it is not known. */
  pid: number | null;
  /** Why it failed, as a POSIX code; null if it was done. */
  error: string | null;
  /** Name of the rule that refused or watches it; null if none does. */
  rule: string | null;
  /** Id of the tool call during which it was done; null if in none. */
  call: string | null;
  /** A sentence for people; null if there is nothing to say. */
  message: string | null;
}

/** What was done on a branch. */
export interface AuditReport {
  /** Where. */
  branch: string;
  /** Newest first. */
  events: AuditEvent[];
}

/** When checkpoints are made by themselves. */
export interface AutoReport {
  /** In words, as it is set. */
  policy: string;
  /** What agents' hooks tell of becomes checkpoints. */
  calls: boolean;
  /** When nothing was written for so long, ms; null: not. */
  quietMs: number | null;
  /** Before more is deleted, when so many names went soon after each other; null: not. */
  deletions: number | null;
  /** Every so often, ms; null: not. */
  timerMs: number | null;
}

/** A branch, and how far it went from its parent. */
export interface BranchReport {
  /** As it is called in requests. */
  name: string;
  /** Of main 0; those of deleted branches are used again. */
  number: number;
  /** The branch it was made from; null for main. */
  parent: string | null;
  /** When it was made. */
  created: Time;
  /** See `Head` */
  head: Head;
  /** Checkpoints that only it has; null where there is no parent to compare with. */
  ahead: number | null;
  /** Checkpoints that only its parent has; null where there is no parent to compare with. */
  behind: number | null;
  /** Its working tree differs from its head. */
  dirty: boolean;
  /** Where it is in the mount. */
  path: string;
}

/** What became of a candidate. */
export interface CandidateReport {
  /** What was merged for it. */
  sources: string[];
  /** `passed`, `failed`: the test; `conflicts`: it cannot be merged; `unchanged`: there is nothing to merge; `untried`: another was taken before. */
  state: "passed" | "failed" | "conflicts" | "unchanged" | "untried";
  /** Exit code of the test; null where there was none. */
  exit: number | null;
  /** How good it is; null where the test says none. */
  score: number | null;
  /** What became of each source; empty where none was tried. */
  merge: MergedSource[];
  /** To merge and to test it. */
  ms: number;
}

/** A cgroup that sees a branch at the mountpoint. */
export interface CgroupSessionReport {
  /** A cgroup. */
  kind: "cgroup";
  /** Branch it sees. */
  branch: string;
  /** Number of the session. */
  id: number;
  /** Its directory. */
  cgroup: string;
  /** How many it has, those of the cgroups below it included. */
  processes: number;
}

/** A path that differs. */
export interface Change {
  /** Added, modified, deleted, or of another type now. */
  status: "A" | "M" | "D" | "T";
  /** For people; exact where it is valid UTF-8. */
  path: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  pathBytes?: string;
  /** `file`, `directory`, `symlink`, `fifo`, `socket`, `block device`, `character device` */
  kind: string;
  /** The same before, where `status` is `T` */
  oldKind?: string;
  /** What differs. */
  details?: ("content" | "mode" | "owner" | "xattrs" | "target")[];
  /** Of an added file: where it was before, if renames were asked for. */
  oldPath?: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  oldPathBytes?: string;
  /** Percent of the file that is as it was at the old path. */
  similarity?: number;
  /** Of a file or symbolic link, if they were asked for; a renamed file's count where it is now; null of binary and very large files. */
  lines?: {
    /** Lines put in. */
    added: number;
    /** Lines taken out. */
    deleted: number;
  } | null;
  /** Bytes before, where they were asked for. */
  oldSize?: number;
  /** Bytes now, where they were asked for. */
  size?: number;
}

/** Numbers of paths. */
export interface ChangeCounts {
  /** Paths that there were not before. */
  added: number;
  /** Paths with other content or attributes. */
  modified: number;
  /** Paths that there are no more. */
  deleted: number;
}

/** A checkpoint that was made. */
export interface CheckpointReport {
  /** Of the checkpoint. */
  id: Id;
  /** By which `log` calls it, and that never changes; a ref may be `#12`; null where its line is lost. */
  number: number | null;
  /** Short name; null if it has none. */
  label: string | null;
  /** Branch it was made on. */
  branch: string;
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Time inside the daemon. */
  ms: number;
}

/** A path that both sides changed, each in its own way. */
export interface ConflictReport {
  /** For people; exact where it is valid UTF-8. */
  path: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  pathBytes?: string;
  /** `edit/edit`, `edit/delete`, …: docs/merge.md lists them. */
  kind: string;
  /** Before either changed it; null where it was not there. */
  base: ConflictSide | null;
  /** In the branch that is merged into; null where it is not there. */
  ours: ConflictSide | null;
  /** In the source; null where it is not there. */
  theirs: ConflictSide | null;
  /** Where our side has it, if it moved it. */
  oursPath?: string;
  /** Where their side has it, if it moved it. */
  theirsPath?: string;
}

/** What a side of a conflict has. */
export interface ConflictSide {
  /** As in `Change` */
  kind: string;
  /** Octal. */
  mode: string;
  /** Of the content; null for what has none. */
  id: Id | null;
}

/** Something that is wrong in the store. Which fields are there depends on what it is. */
export interface DamageReport {
  /** Stable: programs may compare it. */
  code: string;
  /** A sentence for people. */
  message: string;
  /** Object. */
  id?: string;
  /** File of the store. */
  file?: string;
  /** Byte of the file. */
  offset?: number;
  /** How many. */
  bytes?: number;
}

/** A branch that is gone. */
export interface DeleteBranchReport {
  /** As it was called. */
  name: string;
  /** What the branch was last: `branch create NAME --from ID` brings it back. */
  head: Id;
}

/** Something that a rule refused. */
export interface DenialReport {
  /** Counts from 1 in each server. */
  number: number;
  /** When. */
  time: Time;
  /** Where; null: in a checkpoint. */
  branch: string | null;
  /** From the root of the branch. */
  path: string;
  /** What was refused. */
  operation: string;
  /** Name of the rule. */
  rule: string;
  /** Who asked, on Windows its process; 0: nobody is known, as of pages written through a mapping, and on macOS. */
  thread: number;
  /** User that asked, where `thread` says that somebody is known; null: users have no numbers, on Windows. */
  uid: number | null;
  /** A sentence for people. */
  message: string;
}

/** What of an agent's work a checkpoint records, as the agent's hooks told it. What is not known is not there. */
export interface Details {
  /** It has what was changed before the person said something, by a tool call, before a call and by none, or by the end of a turn; or was made by itself: when very much was being deleted, after a quiet moment, or by timer. */
  moment?: "prompt" | "call" | "before-call" | "turn" | "deletion" | "quiet" | "timer";
  /** The agent's session. */
  session?: string;
  /** The person's prompt, or turn, that it belongs to. */
  prompt?: string;
  /** The beginning of what the person said. */
  said?: string;
  /** The subagent that did it. */
  subagent?: string;
  /** The subagent to which the call handed work. */
  started?: string;
  /** As the agent calls it. */
  tool?: string;
  /** Id of the tool call. */
  call?: string;
  /** The shell command, or the file that was edited. */
  command?: string;
  /** How long the call took. */
  durationMs?: number;
  /** How the command ended. */
  exit?: number;
  /** Calls that were under way at the same time. */
  alongside?: string[];
  /** How it was told from what those changed: by the processes that did it and the files that the calls name, or only by time, so that it may be theirs. */
  by?: "processes" | "time";
  /** Where the agent keeps the conversation. */
  transcript?: string;
  /** How long that was then. */
  transcriptBytes?: number;
}

/** What differs between two states of the tree. */
export interface DiffReport {
  /** Id of a checkpoint, `working tree` or `project` */
  from: string;
  /** Id of a checkpoint, or `working tree` */
  to: string;
  /** By path. */
  changes: Change[];
  /** Unified differences of text files, if they were asked for. */
  patch?: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  patchBytes?: string;
}

/** What the log of events has of a checkpoint, or of a tool call: `agentvfs audit --of` lists it. */
export interface EventCounts {
  /** Events. */
  count: number;
  /** Processes that they are of. */
  processCount: number;
  /** Those with most events first, at most 20. */
  processes: {
    /** Its number; null if it is not known. */
    pid: number | null;
    /** Its name; null if it is not known. */
    program: string | null;
    /** What it did. */
    events: number;
  }[];
}

/** A state of the tree, for who reads the store itself. It has to keep the store's garbage from being collected. */
export interface ExportPlace {
  /** Branch that is meant. */
  branch: string;
  /** Checkpoint that is meant; null for the working tree. */
  id: Id | null;
  /** The branch's current checkpoint. */
  head: Id;
  /** Commit that has what it and the project have in common, if asked for. */
  base?: Id;
  /** Root directory and link table, as the store's format has them. */
  snapshot: string;
}

/** A filter of the workspace. */
export interface FilterReport {
  /** Its name. */
  name: string;
  /** What it is written in. */
  kind: "wasm" | "lua";
  /** The copy that runs. */
  file: string;
  /** `disabled`: it was given up, `trouble` says why. */
  state: "starting" | "running" | "disabled" | "stopped";
  /** What went wrong last; null: nothing did. */
  trouble: string | null;
  /** Events on which it failed. */
  failures: number;
  /** What the system locks its process in with: of Linux, macOS and Windows. */
  lock: "seccomp" | "sandbox" | "job";
  /** Times it was killed or ended by itself lately; the third disables it. */
  strikes: number;
}

/** The filters of the workspace. */
export interface FiltersReport {
  /** In the order in which they see an event. */
  filters: FilterReport[];
}

/** What a collection has freed, or would free. */
export interface GcReport {
  /** Its directory. */
  store: string;
  /** Nothing was done. */
  dryRun: boolean;
  /** Checkpoints whose contents go: the first 1000. */
  compacted: {
    /** Of the checkpoint. */
    id: Id;
    /** Branch it is of. */
    branch: string;
    /** Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the project became when the branch was applied to it. */
    kind: "import" | "checkpoint" | "safety" | "restore" | "merge" | "refresh" | "revert" | "apply";
    /** Its label; null if it has none. */
    label: string | null;
    /** When it was made. */
    time: Time;
  }[];
  /** All of them. */
  compactedCount: number;
  /** Checkpoints that are kept. */
  kept: number;
  /** Objects there were. */
  objects: number;
  /** Of those, what nothing needs. */
  deadObjects: number;
  /** Bytes of the packs before. */
  bytesBefore: number;
  /** Bytes of the packs after; in a dry run, as they would be. */
  bytesAfter: number;
  /** Bytes that stay although nothing needs them: freeing them now would cost more than it gives. */
  garbageLeft: number;
  /** Packs that are gone. */
  packsRemoved: number;
  /** Time it took. */
  ms: number;
}

/** The checkpoint that a branch stands on. */
export interface Head {
  /** Of the checkpoint. */
  id: Id;
  /** Short name; null if it has none. */
  label: string | null;
  /** When it was made. */
  time: Time;
}

/** Lines of a text file that differ, with some around them. */
export interface Hunk {
  /** First line in the old text, from 1. */
  oldStart: number;
  /** First line in the new text, from 1. */
  newStart: number;
  /** One character for each byte. */
  lines: string[];
}

/** How far the import of the project is, or what it has stored. */
export interface ImportProgress {
  /** How it is. */
  state: "running" | "done" | "failed";
  /** Files so far. */
  files: number;
  /** Directories so far. */
  directories: number;
  /** Bytes so far. */
  bytes: number;
  /** What was left out. */
  skipped: SkippedPath[];
  /** Time it took so far. */
  ms: number;
  /** Why it failed; null if it did not. */
  error: string | null;
}

/** A path that is not as it was to be. */
export interface LeftAlone {
  /** For people. */
  path: string;
  /** Why. */
  reason: string;
}

/** All branches. */
export interface ListBranchesReport {
  /** Oldest first. */
  branches: BranchReport[];
}

/** What the rules refused. */
export interface ListDenialsReport {
  /** All of it since the server began. */
  count: number;
  /** The last 100, oldest first. */
  denials: DenialReport[];
}

/** Who works on which branch. */
export interface ListSessionsReport {
  /** Programs in views, then cgroups. */
  sessions: SessionReport[];
  /** Null if the mount is not routed by cgroup. */
  routing: RoutingReport | null;
}

/** A checkpoint. */
export interface LogEntry {
  /** Of the checkpoint. */
  id: Id;
  /** By which `log` calls it, and that never changes; a ref may be `#12`; null where its line is lost. */
  number: number | null;
  /** Short name; null if it has none. */
  label: string | null;
  /** Longer description; null if it has none. */
  message: string | null;
  /** Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the project became when the branch was applied to it. */
  kind: "import" | "checkpoint" | "safety" | "restore" | "merge" | "refresh" | "revert" | "apply";
  /** When it was made. */
  time: Time;
  /** The first is what the branch stood on. */
  parents: Id[];
  /** Against the first parent; null where there is none. */
  changed: ChangeCounts | null;
  /** It is what the branch stands on. */
  head: boolean;
  /** Who made it, as the caller named itself; null if it did not. */
  agent: string | null;
  /** See `Details` */
  details?: Details;
  /** What it recorded was given up: it can be looked at here, not gone back to. */
  compacted?: true;
}

/** What moved the branch without making a checkpoint. */
export interface LogMove {
  /** As that of a `LogEntry`; a ref with it means where the branch went; null for one of long ago that has none of its own. */
  number: number | null;
  /** What was asked for. */
  kind: "rollback" | "undo" | "redo";
  /** When it was done. */
  time: Time;
  /** Checkpoint that the branch stood on. */
  from: Id;
  /** Checkpoint that it stood on then. */
  to: Id;
  /** Its number; null where its line is lost. */
  toNumber: number | null;
  /** Its label; null if it has none. */
  toLabel: string | null;
}

/** The checkpoints of a branch, newest first. */
export interface LogReport {
  /** Branch they are of. */
  branch: string;
  /** Checkpoint it stands on. */
  head: Id;
  /** Newest first. */
  entries: LogEntry[];
  /** What moved the branch since the last of them was made, newest first. */
  moves: LogMove[];
  /** If it was asked for: since the same, newest first. */
  work?: WorkNote[];
}

/** What the server holds in memory. */
export interface MemoryReport {
  /** Resident, shared pages included. */
  rssBytes: number;
  /** Its threads. */
  threads: {
    /** See `ThreadMemory` */
    main: ThreadMemory;
    /** See `ThreadMemory` */
    fs: ThreadMemory;
    /** See `ThreadMemory` */
    background: ThreadMemory;
    /** Null where nothing is recorded. */
    telemetry: ThreadMemory | null;
  };
}

/** What a merge has done, or would do. */
export interface MergeReport {
  /** Branch. */
  into: string;
  /** `merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `settle`: conflicts are marked in files, the merge has to be continued or aborted; `refused`: nothing could be merged. In a dry run, what would be. */
  state: "merged" | "unchanged" | "settle" | "refused";
  /** The checkpoint; null where none was made. */
  id: Id | null;
  /** Its label; null if it has none. */
  label: string | null;
  /** Nothing was done. */
  dryRun: boolean;
  /** In the order they were given. */
  sources: MergedSource[];
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** Time inside the daemon. */
  ms: number;
}

/** What became of a source. */
export interface MergedSource {
  /** As it was given. */
  name: string;
  /** False: nothing of it was merged, because of the conflicts. */
  merged: boolean;
  /** Those that nothing decided. */
  conflicts: ConflictReport[];
  /** Those that the strategy decided. */
  decided: ConflictReport[];
  /** See `ChangeCounts` */
  changed: ChangeCounts;
}

/** The rules of a workspace. */
export interface PolicyReport {
  /** How often rules were installed or removed. */
  version: number;
  /** When that was last; null if none ever were. */
  installed: Time | null;
  /** Where the rules came from. */
  from: string[];
  /** The first that matches holds. */
  rules: PolicyRule[];
  /** The kernel asks this mount when a file is opened. */
  opens: boolean;
  /** Rules that do not hold altogether, or not on this mount. */
  unheld: {
    /** Its name. */
    rule: string;
    /** A sentence for people. */
    why: string;
  }[];
  /** What was refused since the server began. */
  denied: number;
}

/** A rule. */
export interface PolicyRule {
  /** Told to who is refused something. */
  name: string;
  /** As gitignore has them, from the root of the mount, or of the machine. */
  path_pattern: string;
  /** It is about paths of the machine, outside the mount. */
  outside: boolean;
  /** What holds where it matches; `checkpoint` decides nothing. */
  verdict: "allow" | "watch" | "deny" | "ask" | "checkpoint";
  /** `all`, or names of operations with commas between them; empty for `checkpoint` */
  operations: string;
  /** Who decides; null unless the verdict is `ask` */
  filter: string | null;
  /** What holds where the filter gives no answer; null unless the verdict is `ask` */
  otherwise: "allow" | "deny" | null;
  /** So many names; how many are deleted before what is there is recorded; null unless the verdict is `checkpoint` */
  deletions: number | null;
  /** To which it applies; null: to all. */
  branches: string[] | null;
  /** To which it applies; null: to all. */
  programs: string[] | null;
  /** Users to whom it applies; null: to all. */
  uids: number[] | null;
  /** To which it applies; null: to all. */
  sessions: string[] | null;
}

/** What the rules say of one operation. */
export interface PolicyVerdict {
  /** Which; `rename-to`: something gets this name, `rename-over`: something takes its place, `link-to`: it becomes another name. */
  operation:
    | "read"
    | "write"
    | "create"
    | "unlink"
    | "rename"
    | "rename-to"
    | "rename-over"
    | "truncate"
    | "exec"
    | "link"
    | "link-to"
    | "attributes";
  /** `allow` also where no rule says anything. */
  verdict: "allow" | "watch" | "deny" | "ask" | "checkpoint";
  /** Name of the rule that says so; null if none does. */
  rule: string | null;
}

/** How the project differs from what it and the branch have in common: what a refresh would bring. */
export interface ProjectMoved {
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** What changed last; null if nothing did, or only deletions. */
  newest: {
    /** In the project. */
    path: string;
    /** When it changed. */
    time: Time;
  } | null;
  /** Files of the project that were read to know it. */
  files: number;
  /** What both have in common is lost: it is taken to be the import, or nothing, and more conflicts. */
  guessed: boolean;
  /** What could not be read, and is taken to be as it was. */
  skipped: LeftAlone[];
}

/** What a refresh has done, or would do. */
export interface RefreshReport {
  /** Branch. */
  branch: string;
  /** `refreshed`: a checkpoint was made; `unchanged`: the branch has everything already; `settle`: conflicts are marked in files, the merge has to be continued or aborted; `refused`: there are conflicts. In a dry run, what would be. */
  state: "refreshed" | "unchanged" | "settle" | "refused";
  /** The checkpoint; null where none was made. */
  id: Id | null;
  /** Nothing was done. */
  dryRun: boolean;
  /** See `ProjectMoved` */
  project: ProjectMoved;
  /** Those that nothing decided; ours is the branch, theirs the project. */
  conflicts: ConflictReport[];
  /** Those that the strategy decided. */
  decided: ConflictReport[];
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Dry run only: what would change in the branch. */
  changes?: Change[];
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** Time inside the daemon. */
  ms: number;
}

/** The server that is replaced. */
export interface RestartReport {
  /** The server that ends. */
  serverPid: number;
}

/** Something that can be taken or left. */
export interface ReviewItem {
  /** See `Change` */
  change: Change;
  /** Changed paths that belong to it. */
  paths: number;
  /** The lines that differ; null where there are none to be shown. */
  hunks: Hunk[] | null;
  /** Its hunks can be taken one by one. */
  divisible: boolean;
  /** Octal; absent where it is new. */
  oldMode?: string;
  /** Octal; absent where it is gone. */
  mode?: string;
}

/** What a branch has that the one it is to be merged into has not. */
export interface ReviewReport {
  /** That is reviewed. */
  branch: string;
  /** Branch it would be merged into. */
  into: string;
  /** Of the checkpoint that both have in common. */
  from: Id;
  /** Of a checkpoint that was made of the branch as it is. */
  to: Id;
  /** By path. */
  items: ReviewItem[];
}

/** What a rollback, restore or redo has done, or would do. */
export interface RollbackReport {
  /** Checkpoint now shown, or, in a dry run, that would be. */
  id: Id;
  /** Its label; null if it has none. */
  label: string | null;
  /** Branch that was moved. */
  branch: string;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Time inside the daemon. */
  ms: number;
  /** Nothing was done. */
  dryRun: boolean;
  /** Dry run only: what would change. */
  changes?: Change[];
  /** Changes of which who watches the mount is still being told: docs/watchers.md. */
  telling?: number;
}

/** How a mount finds out in which cgroup a caller is. */
export interface RoutingReport {
  /** eBPF tells with each request, or /proc is read. */
  source: "bpf" | "proc";
  /** Why it is not eBPF; null if it is. */
  why: string | null;
  /** Who is in no session is refused. */
  strict: boolean;
}

/** A run that began. */
export interface RunReport {
  /** Branch that the caller works on from now on. */
  branch: string;
}

/** A program that works on a branch. */
export interface RunSessionReport {
  /** A program in a view. */
  kind: "run";
  /** Branch it sees. */
  branch: string;
  /** Of the program. */
  pid: number;
  /** Name of the program. */
  command: string;
}

/** Who works on a branch. */
export type SessionReport = RunSessionReport | CgroupSessionReport;

/** A checkpoint and what it changed. */
export interface ShowReport {
  /** See `ShownCheckpoint` */
  commit: ShownCheckpoint;
  /** Against the first parent. */
  changes: Change[];
  /** Null where the log of events does not tell of it. */
  events: EventCounts | null;
}

/** A checkpoint, and where its files are. */
export interface ShownCheckpoint {
  /** Of the checkpoint. */
  id: Id;
  /** By which `log` calls it, and that never changes; a ref may be `#12`; null where its line is lost. */
  number: number | null;
  /** Short name; null if it has none. */
  label: string | null;
  /** Longer description; null if it has none. */
  message: string | null;
  /** Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the project became when the branch was applied to it. */
  kind: "import" | "checkpoint" | "safety" | "restore" | "merge" | "refresh" | "revert" | "apply";
  /** When it was made. */
  time: Time;
  /** The first is what the branch stood on. */
  parents: Id[];
  /** Against the first parent; null where there is none. */
  changed: ChangeCounts | null;
  /** It is what the branch stands on. */
  head: boolean;
  /** Who made it, as the caller named itself; null if it did not. */
  agent: string | null;
  /** See `Details` */
  details?: Details;
  /** What it recorded was given up: it can be looked at here, not gone back to. */
  compacted?: true;
  /** Id of its root directory. */
  tree: string;
}

/** What of the project was not imported, and why. */
export interface SkippedPath {
  /** In the project. */
  path: string;
  /** A sentence for people. */
  reason: string;
}

/** The project as it is now, compared with what it and a branch have in common. */
export interface SourceReport {
  /** `importing`: there is nothing to compare with yet; `missing`: there is no such directory any more. */
  state: "compared" | "importing" | "missing";
  /** What it is compared with: the import, or what was common after a refresh or an apply. */
  since: "import" | "exchange";
  /** An apply that was interrupted and has to be continued or aborted; null if there is none. */
  unfinished: {
    /** Branch that was applied. */
    branch: string;
    /** Paths that were to be changed. */
    paths: number;
    /** It was being taken back. */
    goingBack: boolean;
  } | null;
  /** The directory at the project's path is another one than that which was imported. */
  replaced: boolean;
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Files that differ by inode number or ctime alone: they may be the same. */
  touched: number;
  /** What changed last; null if nothing did. */
  newest: {
    /** In the project. */
    path: string;
    /** When it changed. */
    time: Time;
  } | null;
  /** Time it took. */
  ms: number;
}

/** How the daemon and one of its branches are. */
export interface StatusReport {
  /** Of the program. */
  version: string;
  /** How the daemon is. */
  state: "importing" | "ready" | "stopping";
  /** Directory of the project. */
  source: string;
  /** Where it is mounted. */
  mount: string;
  /** Directory of the store. */
  store: string;
  /** Control socket. */
  socket: string;
  /** Where the daemon writes what goes wrong. */
  log: string;
  /** Process that holds the mount. */
  keeperPid: number;
  /** Process that answers. */
  serverPid: number;
  /** How often the server was replaced since the mount was made. */
  restarts: number;
  /** Path of the report of the last server that died; null if none did since the mount was made. */
  crashReport: string | null;
  /** What `head`, `dirty`, `changes` and `showing` are about. */
  branch: string;
  /** Null while the project is imported. */
  head: Head | null;
  /** The working tree differs from `head` */
  dirty: boolean;
  /** Paths changed since `head`, as the working tree counts them. */
  changes: number;
  /** One sentence: what the mount shows. */
  showing: string;
  /** See `ImportProgress` */
  import: ImportProgress;
  /** Objects of the store that could not be read since the server began: those who ask get EIO. */
  unreadable: {
    /** All of them. */
    count: number;
    /** At most 100. */
    first: {
      /** Object; null if it is not known. */
      id: string | null;
      /** The first file that was asked for and needs it; null for a file without a name. */
      path: string | null;
      /** A sentence for people. */
      message: string;
    }[];
  };
  /** BLAKE3 backend in use. */
  hash: "native" | "wasm";
  /** FUSE requests answered, by opcode name. */
  counters: { [name: string]: number };
  /** Kernel caches and fast paths. */
  caches: { [name: string]: boolean };
  /** Null if the mount is not routed by cgroup. */
  routing: RoutingReport | null;
  /** Rules about what may be done in the mount. */
  policy: {
    /** How often rules were installed or removed. */
    version: number;
    /** How many there are. */
    rules: number;
  };
  /** What they refused in the branch lately, at most 10, the latest last. */
  refused: string[];
  /** When checkpoints are made by themselves, as `auto` has it in words. */
  auto: string;
  /** Memory of the server. */
  rssBytes: number;
  /** Since the server began. */
  uptimeMs: number;
}

/** The daemon ends. */
export interface StopReport {
  /** The mount is gone from this mount namespace. */
  stopped: true;
  /** Other mount namespaces that have the mount: there it now answers with errors. */
  namespaces: {
    /** A process in it. */
    pid: number;
    /** Its name. */
    command: string;
  }[];
}

/** What holds the space of the store. Sizes in bytes. */
export interface StoreStatsReport {
  /** Its directory. */
  store: string;
  /** All files of the store. */
  total: number;
  /** Packs. */
  packs: {
    /** Packs. */
    count: number;
    /** All of them. */
    bytes: number;
    /** Objects in them. */
    objects: number;
    /** Of those, what nothing needs. */
    deadObjects: number;
    /** What checkpoints, branches and open files need. */
    live: number;
    /** What `gc` could free. */
    dead: number;
  };
  /** Of what is live: needed by several checkpoints or working trees. */
  shared: number;
  /** Of what is live: needed by working trees alone. */
  working: number;
  /** The index. */
  index: number;
  /** Journals. */
  journals: {
    /** Branch it is of. */
    branch: string;
    /** All of it. */
    bytes: number;
    /** Files. */
    segments: number;
  }[];
  /** Everything else. */
  other: number;
  /** All checkpoints. */
  checkpointCount: number;
  /** The 100 with most bytes of their own, these first. */
  checkpoints: {
    /** Of the checkpoint. */
    id: Id;
    /** Branch it is of. */
    branch: string;
    /** Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the project became when the branch was applied to it. */
    kind: "import" | "checkpoint" | "safety" | "restore" | "merge" | "refresh" | "revert" | "apply";
    /** Its label; null if it has none. */
    label: string | null;
    /** When it was made. */
    time: Time;
    /** What would come back if it went. */
    unique: number;
    /** All files in it. */
    size: number;
  }[];
}

/** What is told from now on: each event is a line with a `WorkspaceEvent`. */
export interface SubscribeReport {
  /** The branch whose events are told; null for those of all. */
  branch: string | null;
  /** Kinds that are told; `lost` always is. */
  kinds: string[];
  /** Of the last event before. */
  seq: number;
}

/** What was taken of a branch, and what is left. */
export interface TakeReport {
  /** That it was taken of. */
  branch: string;
  /** Branch it was merged into. */
  into: string;
  /** The checkpoint of the merge; null where nothing was taken. */
  id: Id | null;
  /** A checkpoint of the branch that has only what was taken; null where nothing was taken. */
  taken: Id | null;
  /** Of the merge; null if it has none. */
  label: string | null;
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** See `ChangeCounts` */
  left: ChangeCounts;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** Time inside the daemon. */
  ms: number;
}

/** What became of the project when an apply was taken back. */
export interface TakenBack {
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** What somebody changed since, and stays. */
  leftAlone: LeftAlone[];
}

/** How far a long task is. */
export interface TaskReport {
  /** `verify`, `gc`, `stats`, `apply` */
  name: string;
  /** What it does now. */
  phase: string;
  /** So many units are done. */
  done: number;
  /** So many there are; 0 where it is not known. */
  total: number;
  /** What is counted. */
  unit: "bytes" | "objects" | "records";
}

/** Long tasks under way. */
export interface TasksReport {
  /** By name. */
  tasks: TaskReport[];
}

/** What is recorded, and where. */
export interface TelemetryReport {
  /** How much. */
  level: "off" | "changes" | "opens" | "all";
  /** Of the log's files. */
  directory: string;
  /** How many there are. */
  files: number;
  /** All of them. */
  bytes: number;
  /** How large they may become together. */
  mostBytes: number;
  /** Number of the last event. */
  events: number;
  /** Events that were dropped since the server began. */
  lost: number;
  /** Why nothing is written; null if it is. */
  failure: string | null;
  /** All there are. */
  sources: TelemetrySourceReport[];
  /** Outside the mount, that are watched. */
  directories: WatchedDirectory[];
}

/** Who tells of what is done. */
export interface TelemetrySourceReport {
  /** Its name, as events have it. */
  name: string;
  /** `waiting`: it begins when it is needed; `off`: it was not chosen. */
  state: "running" | "waiting" | "off" | "failed";
  /** A sentence for people; null where there is nothing to say. */
  why: string | null;
  /** What it takes. */
  needs: string;
  /** What it tells of. */
  sees: string;
  /** What it does not. */
  misses: string;
  /** What that costs. */
  costs: string;
  /** The error with which it can refuse; null if it cannot. */
  denies: string | null;
}

/** What the rules say of a path. */
export interface TestPolicyReport {
  /** From the root of the mount; outside it begins with a slash. */
  path: string;
  /** It was asked about as a directory. */
  directory: boolean;
  /** Where. */
  branch: string;
  /** Of the rules. */
  version: number;
  /** In the order in which operations are listed. */
  verdicts: PolicyVerdict[];
}

/** What a merge has done that had to pass a test. */
export interface TestedMergeReport {
  /** Branch. */
  into: string;
  /** `merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `refused`: no candidate passed, and nothing was changed. */
  state: "merged" | "unchanged" | "refused";
  /** Sources of the candidate, as far as they could be merged; null where none was taken. */
  taken: string[] | null;
  /** The checkpoint, which one undo takes back; null where none was made. */
  id: Id | null;
  /** Its label; null if it has none. */
  label: string | null;
  /** In the order they were given. */
  candidates: CandidateReport[];
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** In all. */
  ms: number;
}

/** What one thread of the server holds. */
export interface ThreadMemory {
  /** Objects of its heap. */
  heapBytes: number;
  /** What V8 has taken from the system for them. */
  heapTotalBytes: number;
  /** Arrays of bytes outside the heap. */
  externalBytes: number;
  /** How many there are of what it keeps for long. */
  counts: { [name: string]: number };
}

/** What an undo has done, or would do. */
export interface UndoReport {
  /** Checkpoint now shown, or, in a dry run, that would be. */
  id: Id;
  /** Its label; null if it has none. */
  label: string | null;
  /** Branch that was moved. */
  branch: string;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: Id | null;
  /** See `ChangeCounts` */
  changed: ChangeCounts;
  /** Time inside the daemon. */
  ms: number;
  /** Nothing was done. */
  dryRun: boolean;
  /** Dry run only: what would change. */
  changes?: Change[];
  /** Changes of which who watches the mount is still being told: docs/watchers.md. */
  telling?: number;
  /** See `Undone` */
  undone?: Undone;
  /** See `TakenBack` */
  project?: TakenBack;
}

/** The one thing that was taken out of what came after it. */
export interface Undone {
  /** `#12`, its number in the log; the beginning of its id where it has none. */
  name: string;
  /** Of the checkpoint, as in `LogEntry`, or of the move, as in `LogMove` */
  kind: string;
  /** Dry run, or with `markers`: those that nothing decided. */
  conflicts: ConflictReport[];
  /** Those that the strategy decided. */
  decided: ConflictReport[];
}

/** What a check of the store has found. */
export interface VerifyReport {
  /** Its directory. */
  store: string;
  /** Nothing was wrong. */
  clean: boolean;
  /** What was looked at. */
  checked: {
    /** Packs. */
    packs: number;
    /** Bytes of packs. */
    packBytes: number;
    /** Objects. */
    objects: number;
    /** Checkpoints. */
    commits: number;
    /** Branches. */
    branches: number;
    /** Directories. */
    trees: number;
    /** Files. */
    files: number;
    /** Segments of journals. */
    journalSegments: number;
    /** Records of journals. */
    journalRecords: number;
    /** Bytes of journals. */
    journalBytes: number;
  };
  /** As it was found, before a repair: the first 1000. */
  damage: DamageReport[];
  /** All of it. */
  damageCount: number;
  /** Objects that cannot be read. */
  lost: string[];
  /** What is lost with them. */
  affected: AffectedReport[];
  /** Unfinished ends of journal segments that a crash left; nothing that was answered is in them. */
  torn: {
    /** Of the segment. */
    path: string;
    /** How many. */
    bytes: number;
  }[];
  /** Ends of packs that were never committed. */
  uncommitted: {
    /** The pack. */
    file: string;
    /** How many. */
    bytes: number;
  }[];
  /** What was put right; null where nothing was to be repaired. */
  repaired: {
    /** Objects that are in the index again. */
    indexed: number;
    /** Wrong lines of the index that are gone. */
    removed: number;
    /** Lost objects that are marked. */
    quarantined: number;
    /** Torn ends that are gone. */
    cut: number;
    /** What the new index has; a new index was made of the packs and of what could be read of the old one; not while a daemon runs. */
    rebuilt: {
      /** Objects it has. */
      objects: number;
      /** Checkpoints it has. */
      commits: number;
      /** Branches it has. */
      branches: number;
      /** Branches that stand at their newest checkpoint because nothing else of them was left. */
      guessed: string[];
      /** Earlier rollbacks cannot be undone any more. */
      operationsLost: boolean;
    } | null;
  } | null;
  /** Time it took. */
  ms: number;
}

/** The directories outside the mount that are watched. */
export interface WatchedDirectoriesReport {
  /** In the order in which they were asked for. */
  directories: WatchedDirectory[];
}

/** A directory outside the mount in which it is told what is done with files. */
export interface WatchedDirectory {
  /** Absolute. */
  path: string;
  /** Why it is not watched: a sentence for people; null: it is. */
  why: string | null;
}

/** What an agent told of itself: a prompt, or a call that is over, whether it changed something or not. */
export interface WorkNote {
  /** What it is. */
  kind: "prompt" | "call";
  /** When the prompt was given, or the call was over. */
  time: Time;
  /** Which agent. */
  agent: string;
  /** See `Details` */
  details: Details;
  /** Of a prompt: the state before it. Of a call: the checkpoint of what it changed; null: nothing was recorded of it. */
  commit: Id | null;
  /** Of a call; `unfinished`: it began, and nobody said that it ended: it was refused or interrupted. */
  outcome?: "done" | "failed" | "unfinished";
}

/** Something that happened. Which fields there are depends on the kind. */
export interface WorkspaceEvent {
  /** `checkpoint`: one was made, also by itself, and the working tree stayed; `rollback` to `apply`: as in `log`, the tree was made another one (of `apply`: the project); `branch-…`; `refused`: a request was; `file`: something was done in the mount, told only to who asks for it; `lost`: events are missing here. */
  kind:
    | "checkpoint"
    | "rollback"
    | "undo"
    | "redo"
    | "restore"
    | "merge"
    | "revert"
    | "refresh"
    | "apply"
    | "branch-created"
    | "branch-deleted"
    | "branch-renamed"
    | "refused"
    | "file"
    | "lost";
  /** Its place among all events of this server, also of those that are not told. */
  seq: number;
  /** When it happened. */
  time: Time;
  /** That it is about; null for what is about none. */
  branch: string | null;
  /** Of the checkpoint that the branch now stands on; null for a merge whose conflicts are to be settled. */
  id?: Id | null;
  /** Of the one that it stood on before. */
  from?: Id;
  /** Of the checkpoint; null if it has none. */
  label?: string | null;
  /** Why there is a checkpoint: the project was imported, somebody asked for it, something would have been lost without it, paths, branches or the project's changes were brought into the branch, or one change was undone. `apply`: what the project became when the branch was applied to it. */
  commit?:
    | "import"
    | "checkpoint"
    | "safety"
    | "restore"
    | "merge"
    | "refresh"
    | "revert"
    | "apply";
  /** See `ChangeCounts` */
  changed?: ChangeCounts;
  /** Who made it, as the caller named itself. */
  agent?: string;
  /** See `Details` */
  details?: Details;
  /** Of a renamed branch: its name before. */
  oldBranch?: string;
  /** That was refused. */
  method?: string;
  /** Of the refusal. */
  code?: string;
  /** Of the refusal: a sentence for people. */
  message?: string;
  /** Of `file`: the event as the log of events has it, JSON (docs/telemetry.md). */
  record?: string;
  /** How many events were lost, because they were not read in time; null where nobody knows: another server took over. */
  count?: number | null;
}

/** What `status` takes. */
export interface StatusParams {
  /** Branch that is meant; default: main. */
  branch?: string;
}

/** What `checkpoint` takes. */
export interface CheckpointParams {
  /** A short name, by which it can be referred to. */
  label?: string;
  /** Longer description. */
  message?: string;
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Who makes it, as the caller names itself. */
  agent?: string;
}

/** What `rollback` takes. */
export interface RollbackParams {
  /** Checkpoint to go back to. */
  ref: string;
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Only tell what would change. */
  dryRun?: boolean;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
  /** Also if it deletes or rewrites very many paths; else `too_large` */
  forceLarge?: boolean;
  /** How many are not very many; default: 1000, or a tenth of the tree if that is more. */
  largest?: number;
}

/** What `log` takes. */
export interface LogParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Largest number of entries. */
  limit?: number;
  /** Automatic (safety) checkpoints as well. */
  all?: boolean;
  /** Only what is of this session of an agent, or of the one whose id begins so. */
  session?: string;
  /** Prompts and calls as agents told of them as well. */
  work?: boolean;
}

/** What `show` takes. */
export interface ShowParams {
  /** Checkpoint that is meant. */
  ref: string;
  /** Branch that is meant; default: main. */
  branch?: string;
}

/** What `diff` takes. */
export interface DiffParams {
  /** Checkpoint that is compared. */
  from?: string;
  /** Checkpoint it is compared with; default: the working tree. */
  to?: string;
  /** The project as it is now is compared, instead of a checkpoint. */
  project?: boolean;
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Unified differences of text files too. */
  patch?: boolean;
  /** Find files that were moved. */
  renames?: boolean;
  /** Count the lines put in and taken out. */
  lines?: boolean;
  /** Only these, and what is in them. Relative to the root of the tree. */
  paths?: string[];
}

/** What `prepareExport` takes. */
export interface PrepareExportParams {
  /** Checkpoint that is meant; default: the working tree. */
  ref?: string;
  /** Branch that is meant; default: main. */
  branch?: string;
  /** What it and the project have in common as well. */
  base?: boolean;
}

/** What `restore` takes. */
export interface RestoreParams {
  /** Relative to the root of the tree. */
  paths: string[];
  /** Checkpoint that has them. */
  from: string;
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Only tell what would change. */
  dryRun?: boolean;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
  /** Also if it deletes or rewrites very many paths; else `too_large` */
  forceLarge?: boolean;
  /** How many are not very many; default: 1000, or a tenth of the tree if that is more. */
  largest?: number;
}

/** What `undo` takes. */
export interface UndoParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** What to take out: a number of the log, or any ref. */
  ref?: string;
  /** How many operations to take back; default: 1. */
  count?: number;
  /** How conflicts are decided, as in a merge. */
  strategy?: "conflict" | "ours" | "theirs" | "union" | "markers";
  /** Only tell what would change. */
  dryRun?: boolean;
  /** Refuse to take an apply back, which changes the project. */
  ownOnly?: boolean;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
  /** Also if it deletes or rewrites very many paths; else `too_large` */
  forceLarge?: boolean;
  /** How many are not very many; default: 1000, or a tenth of the tree if that is more. */
  largest?: number;
}

/** What `redo` takes. */
export interface RedoParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
}

/** What `createBranch` takes. */
export interface CreateBranchParams {
  /** 1 to 64 of `A-Z a-z 0-9 . _ / -` */
  name: string;
  /** Branch, whose working tree it starts with, or a checkpoint; default: main. */
  from?: string;
  /** Branch whose child it is; default: the one it is made from, main for a checkpoint. */
  parent?: string;
  /** It goes when the process that asks for it has ended. */
  temporary?: boolean;
}

/** What `deleteBranch` takes. */
export interface DeleteBranchParams {
  /** The branch that goes. */
  name: string;
  /** Although it is in use. */
  force?: boolean;
}

/** What `renameBranch` takes. */
export interface RenameBranchParams {
  /** The branch that is meant. */
  name: string;
  /** Its new name. */
  to: string;
}

/** What `listBranches` takes. */
export type ListBranchesParams = Record<never, never>;

/** What `showBranch` takes. */
export interface ShowBranchParams {
  /** The branch that is meant. */
  name: string;
}

/** What `merge` takes. */
export interface MergeParams {
  /** Branches, with what is not recorded in them, or checkpoints. */
  sources: string[];
  /** Branch; default: main. */
  into?: string;
  /** How conflicts are decided; default: `conflict` */
  strategy?: "conflict" | "ours" | "theirs" | "union" | "markers";
  /** Label of the checkpoint it makes. */
  label?: string;
  /** Its longer description. */
  message?: string;
  /** Only what the sources changed at these paths. */
  paths?: string[];
  /** Only if the branch becomes what the one source is: rejects with `branch_moved` where it has work that the source has not. */
  exactly?: boolean;
  /** Only tell what would change. */
  dryRun?: boolean;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
}

/** What `continueMerge` takes. */
export interface ContinueMergeParams {
  /** Branch that is meant; default: main. */
  branch?: string;
}

/** What `review` takes. */
export interface ReviewParams {
  /** The branch that is reviewed. */
  branch: string;
  /** Branch it is to be merged into; default: that it was made from, or main. */
  into?: string;
}

/** What `take` takes. */
export interface TakeParams {
  /** The branch that was reviewed. */
  branch: string;
  /** As in the review. */
  into?: string;
  /** As the review said. */
  from: string;
  /** As the review said. */
  to: string;
  /** Everything is taken. */
  all?: boolean;
  /** Items of the review, from 0, that are taken as a whole. */
  whole?: number[];
  /** Items of which some lines are taken. */
  parts?: {
    /** Of the review, from 0. */
    item: number;
    /** Mode, owner and extended attributes are taken too. */
    attributes?: boolean;
    /** Hunks of the item, from 0, that are taken as they are. */
    hunks: number[];
    /** Hunks that were split or edited. */
    edited: {
      /** First line in the old text, from 1. */
      oldStart: number;
      /** As in `Hunk` */
      lines: string[];
    }[];
  }[];
  /** Short name of the merge. */
  label?: string;
}

/** What `abortMerge` takes. */
export interface AbortMergeParams {
  /** Branch that is meant; default: main. */
  branch?: string;
}

/** What `refresh` takes. */
export interface RefreshParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** How conflicts are decided; default: `conflict` */
  strategy?: "conflict" | "ours" | "theirs" | "union" | "markers";
  /** Longer description of the checkpoint it makes. */
  message?: string;
  /** Only what nobody changed in the branch since; the rest is left for another refresh. */
  untouched?: boolean;
  /** Only tell what would change. */
  dryRun?: boolean;
  /** Also if it deletes or rewrites very many paths; else `too_large` */
  forceLarge?: boolean;
  /** How many are not very many; default: 1000, or a tenth of the tree if that is more. */
  largest?: number;
  /** Files that change get the present as their time of modification. */
  touch?: boolean;
}

/** What `apply` takes. */
export interface ApplyParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Checkpoint that is applied; default: the working tree. */
  ref?: string;
  /** Another directory than the project. */
  to?: string;
  /** Only paths that match one of them, as in git's ignore files. */
  only?: string[];
  /** How conflicts are decided; default: `conflict` */
  strategy?: "conflict" | "ours" | "theirs" | "union" | "markers";
  /** Apply what does not conflict. */
  partial?: boolean;
  /** Leave `.git` alone. */
  withoutGit?: boolean;
  /** Only what was changed after this checkpoint. */
  since?: string;
  /** Only what was taken of a review by `reviewApply` */
  reviewed?: {
    /** As the review said. */
    from: string;
    /** As the review said. */
    to: string;
    /** Everything is taken. */
    all?: boolean;
    /** Items of the review, from 0, that are taken as a whole. */
    whole?: number[];
    /** Items of which some lines are taken. */
    parts?: {
      /** Of the review, from 0. */
      item: number;
      /** Mode, owner and extended attributes are taken too. */
      attributes?: boolean;
      /** Hunks of the item, from 0, that are taken as they are. */
      hunks: number[];
      /** Hunks that were split or edited. */
      edited: {
        /** First line in the old text, from 1. */
        oldStart: number;
        /** As in `Hunk` */
        lines: string[];
      }[];
    }[];
  };
  /** Also if it deletes or rewrites very many paths; else `too_large` */
  forceLarge?: boolean;
  /** How many are not very many; default: 1000, or a tenth of the tree if that is more. */
  largest?: number;
  /** What the log says of it. */
  message?: string;
  /** Who asks for it. */
  agent?: string;
  /** Only tell what would change. */
  dryRun?: boolean;
}

/** What `reviewApply` takes. */
export interface ReviewApplyParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Checkpoint that is applied; default: the working tree. */
  ref?: string;
  /** Only paths that match one of them, as in git's ignore files. */
  only?: string[];
  /** Leave `.git` alone. */
  withoutGit?: boolean;
}

/** What `continueApply` takes. */
export interface ContinueApplyParams {
  /** Only tell that there is one. */
  dryRun?: boolean;
}

/** What `abortApply` takes. */
export interface AbortApplyParams {
  /** Only tell that there is one. */
  dryRun?: boolean;
}

/** What `registerRun` takes. */
export interface RegisterRunParams {
  /** Branch it works on. */
  branch: string;
}

/** What `registerSession` takes. */
export interface RegisterSessionParams {
  /** Directory of the cgroup, or its path below the root of the hierarchy. */
  cgroup: string;
  /** Branch it sees. */
  branch: string;
  /** Number of the session; default: the number it has, or the next. */
  id?: number;
}

/** What `unregisterSession` takes. */
export interface UnregisterSessionParams {
  /** Session by its cgroup. */
  cgroup?: string;
  /** Session by its number. */
  id?: number;
}

/** What `switchSession` takes. */
export interface SwitchSessionParams {
  /** Branch it sees from now on. */
  branch: string;
  /** Session by its cgroup. */
  cgroup?: string;
  /** Session by its number. */
  id?: number;
}

/** What `listSessions` takes. */
export type ListSessionsParams = Record<never, never>;

/** What `installPolicy` takes. */
export interface InstallPolicyParams {
  /** The rules, as a policy's file has them. */
  text: string;
  /** Where they come from, for people. */
  from: string[];
}

/** What `removePolicy` takes. */
export type RemovePolicyParams = Record<never, never>;

/** What `showPolicy` takes. */
export type ShowPolicyParams = Record<never, never>;

/** What `testPolicy` takes. */
export interface TestPolicyParams {
  /** From the root of the mount; a slash at its end: a directory. */
  path: string;
  /** It is a path of the machine, outside the mount. */
  outside?: boolean;
  /** Only about this operation. */
  op?:
    | "read"
    | "write"
    | "create"
    | "unlink"
    | "rename"
    | "rename-to"
    | "rename-over"
    | "truncate"
    | "exec"
    | "link"
    | "link-to"
    | "attributes";
  /** Default: main. */
  branch?: string;
  /** As who asks: name or absolute path of its program. */
  program?: string;
  /** As who asks: number of its user. */
  uid?: number;
  /** As who asks: number of its session. */
  session?: string;
}

/** What `listDenials` takes. */
export type ListDenialsParams = Record<never, never>;

/** What `addFilter` takes. */
export interface AddFilterParams {
  /** Letters, digits, `-` and `_`, 64 at most. */
  name: string;
  /** What it is written in. */
  kind: "wasm" | "lua";
  /** The file, in base64. */
  content: string;
}

/** What `listFilters` takes. */
export type ListFiltersParams = Record<never, never>;

/** What `removeFilter` takes. */
export interface RemoveFilterParams {
  /** Which. */
  name: string;
}

/** What `watchDirectories` takes. */
export interface WatchDirectoriesParams {
  /** Absolute, without symbolic links. */
  directories: string[];
}

/** What `unwatchDirectories` takes. */
export interface UnwatchDirectoriesParams {
  /** As `showTelemetry` has them. */
  directories: string[];
}

/** What `audit` takes. */
export interface AuditParams {
  /** Branch that is meant; default: main. */
  branch?: string;
  /** Only what was done to these, or in them. Relative to the root of the mount. */
  paths?: string[];
  /** Only from this time on (RFC 3339). */
  since?: string;
  /** Only what was done during this tool call. */
  call?: string;
  /** Most events that are told, the newest; default: 100, at most 1000. */
  limit?: number;
}

/** What `showTelemetry` takes. */
export type ShowTelemetryParams = Record<never, never>;

/** What `verify` takes. */
export interface VerifyParams {
  /** Put right what can be. */
  repair?: boolean;
}

/** What `gc` takes. */
export interface GcParams {
  /** Only tell what would happen. */
  dryRun?: boolean;
  /** The newest so many of each branch. */
  keep?: number;
  /** Those made within so many ms. */
  keepForMs?: number;
  /** The newest of each of the last so many hours in which any was made. */
  keepHourly?: number;
  /** The same with days. */
  keepDaily?: number;
  /** The states before prompts of agents that were given within so many ms. */
  keepPromptsForMs?: number;
  /** All that have a label. */
  keepLabelled?: boolean;
}

/** What `storeStats` takes. */
export type StoreStatsParams = Record<never, never>;

/** What `memory` takes. */
export interface MemoryParams {
  /** Collect what is garbage in each thread first: what is told then is needed. Holds everything up for some 10 ms. */
  collect?: boolean;
}

/** What `compareSource` takes. */
export interface CompareSourceParams {
  /** Branch that is meant; default: main. */
  branch?: string;
}

/** What `subscribe` takes. */
export interface SubscribeParams {
  /** Kinds to be told; default: all but `file` */
  kinds?: (
    | "checkpoint"
    | "rollback"
    | "undo"
    | "redo"
    | "restore"
    | "merge"
    | "revert"
    | "refresh"
    | "apply"
    | "branch-created"
    | "branch-deleted"
    | "branch-renamed"
    | "refused"
    | "file"
    | "lost"
  )[];
  /** Branch whose events are told; default: all. */
  branch?: string;
  /** Most events that wait for a reader; default: 1000, at most 100000. */
  queue?: number;
}

/** What `auto` takes. */
export interface AutoParams {
  /** `off`, `all`, or some of `calls`, `quiet:30s`, `mass-delete:50`, `timer:5m` */
  policy?: string;
}

/** What `tasks` takes. */
export type TasksParams = Record<never, never>;

/** What `restart` takes. */
export type RestartParams = Record<never, never>;

/** What `stop` takes. */
export interface StopParams {
  /** Stop although files are open in the mount. */
  force?: boolean;
}

/** The methods, each with what it takes and answers with. */
export interface Methods {
  /** How the daemon and one of its branches are. */
  readonly status: {
    /** What it takes. */
    readonly params: StatusParams;
    /** What it answers with. */
    readonly result: StatusReport;
  };
  /** Records the working tree, also if nothing changed. */
  readonly checkpoint: {
    /** What it takes. */
    readonly params: CheckpointParams;
    /** What it answers with. */
    readonly result: CheckpointReport;
  };
  /** Makes the working tree what a checkpoint has; what was not recorded is recorded first. */
  readonly rollback: {
    /** What it takes. */
    readonly params: RollbackParams;
    /** What it answers with. */
    readonly result: RollbackReport;
  };
  /** Checkpoints, newest first. */
  readonly log: {
    /** What it takes. */
    readonly params: LogParams;
    /** What it answers with. */
    readonly result: LogReport;
  };
  /** A checkpoint, and what it changed. */
  readonly show: {
    /** What it takes. */
    readonly params: ShowParams;
    /** What it answers with. */
    readonly result: ShowReport;
  };
  /** What differs. Without `from`: HEAD against the working tree; with `from` only: that against the working tree. */
  readonly diff: {
    /** What it takes. */
    readonly params: DiffParams;
    /** What it answers with. */
    readonly result: DiffReport;
  };
  /** Records the working tree, without a checkpoint, and tells where a state is in the store. */
  readonly prepareExport: {
    /** What it takes. */
    readonly params: PrepareExportParams;
    /** What it answers with. */
    readonly result: ExportPlace;
  };
  /** Makes paths of the working tree what they are in a checkpoint. */
  readonly restore: {
    /** What it takes. */
    readonly params: RestoreParams;
    /** What it answers with. */
    readonly result: RollbackReport;
  };
  /** Takes the last operations back, or takes out what one thing changed and leaves what came after it. Rejects with `nothing_to_undo`, `cannot_undo`, `compacted`, `undo_conflicts` (see `details.conflicts`). */
  readonly undo: {
    /** What it takes. */
    readonly params: UndoParams;
    /** What it answers with. */
    readonly result: UndoReport;
  };
  /** Does again what was undone last. Rejects with `nothing_to_redo` */
  readonly redo: {
    /** What it takes. */
    readonly params: RedoParams;
    /** What it answers with. */
    readonly result: RollbackReport;
  };
  /** Makes a branch. It starts with everything that is in the working tree it is made from. */
  readonly createBranch: {
    /** What it takes. */
    readonly params: CreateBranchParams;
    /** What it answers with. */
    readonly result: BranchReport;
  };
  /** Removes a branch. Its checkpoints stay, and what was not checkpointed becomes one first. */
  readonly deleteBranch: {
    /** What it takes. */
    readonly params: DeleteBranchParams;
    /** What it answers with. */
    readonly result: DeleteBranchReport;
  };
  /** Gives a branch another name. Its number and its checkpoints stay. */
  readonly renameBranch: {
    /** What it takes. */
    readonly params: RenameBranchParams;
    /** What it answers with. */
    readonly result: BranchReport;
  };
  /** All branches, oldest first. */
  readonly listBranches: {
    /** What it takes. */
    readonly params: ListBranchesParams;
    /** What it answers with. */
    readonly result: ListBranchesReport;
  };
  /** One branch. Rejects with `unknown_branch` */
  readonly showBranch: {
    /** What it takes. */
    readonly params: ShowBranchParams;
    /** What it answers with. */
    readonly result: BranchReport;
  };
  /** Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can be merged; `details` is then the report. */
  readonly merge: {
    /** What it takes. */
    readonly params: MergeParams;
    /** What it answers with. */
    readonly result: MergeReport;
  };
  /** Ends a merge whose conflicts were settled. */
  readonly continueMerge: {
    /** What it takes. */
    readonly params: ContinueMergeParams;
    /** What it answers with. */
    readonly result: CheckpointReport;
  };
  /** What a branch changed, as things that can be taken one by one with `take` */
  readonly review: {
    /** What it takes. */
    readonly params: ReviewParams;
    /** What it answers with. */
    readonly result: ReviewReport;
  };
  /** Merges some of what a branch changed; the branch then stands on that, and its working tree stays what it is, so that the rest can be taken later. Rejects with `merge_conflicts` as a merge does. */
  readonly take: {
    /** What it takes. */
    readonly params: TakeParams;
    /** What it answers with. */
    readonly result: TakeReport;
  };
  /** Takes a merge in progress back. */
  readonly abortMerge: {
    /** What it takes. */
    readonly params: AbortMergeParams;
    /** What it answers with. */
    readonly result: RollbackReport;
  };
  /** Brings what changed in the project into a branch. Rejects with `refresh_conflicts`, and nothing is changed, if there are conflicts; `details` is then the report. */
  readonly refresh: {
    /** What it takes. */
    readonly params: RefreshParams;
    /** What it answers with. */
    readonly result: RefreshReport;
  };
  /** Makes the project what a branch is, as far as they differ by what the branch did. Rejects with `apply_conflicts`, and nothing is changed, if there are conflicts; `details` is then the report. */
  readonly apply: {
    /** What it takes. */
    readonly params: ApplyParams;
    /** What it answers with. */
    readonly result: ApplyReport;
  };
  /** What an apply would bring, as things that can be taken one by one with `apply` */
  readonly reviewApply: {
    /** What it takes. */
    readonly params: ReviewApplyParams;
    /** What it answers with. */
    readonly result: ApplyReview;
  };
  /** Finishes an apply that was interrupted. */
  readonly continueApply: {
    /** What it takes. */
    readonly params: ContinueApplyParams;
    /** What it answers with. */
    readonly result: ApplyReport;
  };
  /** Takes back what an apply that was interrupted had done. */
  readonly abortApply: {
    /** What it takes. */
    readonly params: AbortApplyParams;
    /** What it answers with. */
    readonly result: ApplyReport;
  };
  /** The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants can speak for that branch only. */
  readonly registerRun: {
    /** What it takes. */
    readonly params: RegisterRunParams;
    /** What it answers with. */
    readonly result: RunReport;
  };
  /** From now on the processes of a cgroup, and of those below it that are not registered themselves, see a branch at the mountpoint. Rejects with `not_routed`, `no_cgroup`, `session_exists`, `unknown_branch` */
  readonly registerSession: {
    /** What it takes. */
    readonly params: RegisterSessionParams;
    /** What it answers with. */
    readonly result: CgroupSessionReport;
  };
  /** The processes of a session see what those of the cgroup above see. Rejects with `unknown_session` */
  readonly unregisterSession: {
    /** What it takes. */
    readonly params: UnregisterSessionParams;
    /** What it answers with. */
    readonly result: CgroupSessionReport;
  };
  /** A session sees another branch. What its processes have open stays what it is. */
  readonly switchSession: {
    /** What it takes. */
    readonly params: SwitchSessionParams;
    /** What it answers with. */
    readonly result: CgroupSessionReport;
  };
  /** Who works on which branch. */
  readonly listSessions: {
    /** What it takes. */
    readonly params: ListSessionsParams;
    /** What it answers with. */
    readonly result: ListSessionsReport;
  };
  /** These are the rules from now on, instead of those before. They are kept with the workspace. Rejects with `policy_syntax`, `policy_rule`, `policy_too_large` */
  readonly installPolicy: {
    /** What it takes. */
    readonly params: InstallPolicyParams;
    /** What it answers with. */
    readonly result: PolicyReport;
  };
  /** There are no rules from now on. */
  readonly removePolicy: {
    /** What it takes. */
    readonly params: RemovePolicyParams;
    /** What it answers with. */
    readonly result: PolicyReport;
  };
  /** The rules there are. */
  readonly showPolicy: {
    /** What it takes. */
    readonly params: ShowPolicyParams;
    /** What it answers with. */
    readonly result: PolicyReport;
  };
  /** What the rules say of a path, whether or not there is anything. */
  readonly testPolicy: {
    /** What it takes. */
    readonly params: TestPolicyParams;
    /** What it answers with. */
    readonly result: TestPolicyReport;
  };
  /** What the rules refused. */
  readonly listDenials: {
    /** What it takes. */
    readonly params: ListDenialsParams;
    /** What it answers with. */
    readonly result: ListDenialsReport;
  };
  /** A filter sees the events of the workspace from now on, and after every start. Resolves when it runs. Rejects with `bad_name`, `filter_exists`, `not_a_filter`, `filter_failed`, `no_filters_here` */
  readonly addFilter: {
    /** What it takes. */
    readonly params: AddFilterParams;
    /** What it answers with. */
    readonly result: FiltersReport;
  };
  /** The filters of the workspace, and how they are. */
  readonly listFilters: {
    /** What it takes. */
    readonly params: ListFiltersParams;
    /** What it answers with. */
    readonly result: FiltersReport;
  };
  /** A filter sees nothing any more. Rejects with `unknown_filter` */
  readonly removeFilter: {
    /** What it takes. */
    readonly params: RemoveFilterParams;
    /** What it answers with. */
    readonly result: FiltersReport;
  };
  /** Tells in the log what is opened, run, read and written below directories outside the mount, from now on and after every start. All are watched or none. Rejects with `cannot_watch`, `not_outside`, `nothing_recorded`, `only_on_linux` */
  readonly watchDirectories: {
    /** What it takes. */
    readonly params: WatchDirectoriesParams;
    /** What it answers with. */
    readonly result: WatchedDirectoriesReport;
  };
  /** Tells no more of these directories. Rejects with `not_watched` */
  readonly unwatchDirectories: {
    /** What it takes. */
    readonly params: UnwatchDirectoriesParams;
    /** What it answers with. */
    readonly result: WatchedDirectoriesReport;
  };
  /** What was done on a branch, by whom: the log of events. Rejects with `bad_params` */
  readonly audit: {
    /** What it takes. */
    readonly params: AuditParams;
    /** What it answers with. */
    readonly result: AuditReport;
  };
  /** What is recorded of that which is done in the mount, and where. */
  readonly showTelemetry: {
    /** What it takes. */
    readonly params: ShowTelemetryParams;
    /** What it answers with. */
    readonly result: TelemetryReport;
  };
  /** Checks the whole store; nothing else has to wait for it. */
  readonly verify: {
    /** What it takes. */
    readonly params: VerifyParams;
    /** What it answers with. */
    readonly result: VerifyReport;
  };
  /** Gives back the space of what no checkpoint that is kept needs. The rules say which are kept, and one that any of them keeps is; without a rule those of a week, the states before prompts of four, and all with a label. */
  readonly gc: {
    /** What it takes. */
    readonly params: GcParams;
    /** What it answers with. */
    readonly result: GcReport;
  };
  /** What holds the space of the store. */
  readonly storeStats: {
    /** What it takes. */
    readonly params: StoreStatsParams;
    /** What it answers with. */
    readonly result: StoreStatsReport;
  };
  /** What the server holds in memory, for those who look for what grows. */
  readonly memory: {
    /** What it takes. */
    readonly params: MemoryParams;
    /** What it answers with. */
    readonly result: MemoryReport;
  };
  /** How the project has moved since it was imported, refreshed from or applied to: it is looked at anew, by stat(2). */
  readonly compareSource: {
    /** What it takes. */
    readonly params: CompareSourceParams;
    /** What it answers with. */
    readonly result: SourceReport;
  };
  /** Tells of events from now on, until the connection ends. Only on the control socket; the connection takes no more requests. */
  readonly subscribe: {
    /** What it takes. */
    readonly params: SubscribeParams;
    /** What it answers with. */
    readonly result: SubscribeReport;
  };
  /** When checkpoints are made by themselves; sets it if `policy` is given. Rejects with `bad_params` */
  readonly auto: {
    /** What it takes. */
    readonly params: AutoParams;
    /** What it answers with. */
    readonly result: AutoReport;
  };
  /** Long tasks under way, for those who wait for one. */
  readonly tasks: {
    /** What it takes. */
    readonly params: TasksParams;
    /** What it answers with. */
    readonly result: TasksReport;
  };
  /** Lets another server process take over the mount: the executable as it is now. Programs in it do not notice. */
  readonly restart: {
    /** What it takes. */
    readonly params: RestartParams;
    /** What it answers with. */
    readonly result: RestartReport;
  };
  /** Unmounts and ends. Rejects with `mount_busy` while the mount is in use. */
  readonly stop: {
    /** What it takes. */
    readonly params: StopParams;
    /** What it answers with. */
    readonly result: StopReport;
  };
}

/** Name of a method. */
export type MethodName = keyof Methods;

/** What a method takes, by its name: `Params<"checkpoint">`. */
export type Params<M extends MethodName> = Methods[M]["params"];

/** What a method answers with, by its name: `Result<"checkpoint">`. */
export type Result<M extends MethodName> = Methods[M]["result"];

/** The methods as functions. They reject with `ServiceError` and `ControlError`. */
export interface Calls {
  /** How the daemon and one of its branches are. */
  status(params?: StatusParams, options?: CallOptions): Promise<StatusReport>;
  /** Records the working tree, also if nothing changed. */
  checkpoint(params?: CheckpointParams, options?: CallOptions): Promise<CheckpointReport>;
  /** Makes the working tree what a checkpoint has; what was not recorded is recorded first. */
  rollback(params: RollbackParams, options?: CallOptions): Promise<RollbackReport>;
  /** Checkpoints, newest first. */
  log(params?: LogParams, options?: CallOptions): Promise<LogReport>;
  /** A checkpoint, and what it changed. */
  show(params: ShowParams, options?: CallOptions): Promise<ShowReport>;
  /** What differs. Without `from`: HEAD against the working tree; with `from` only: that against the working tree. */
  diff(params?: DiffParams, options?: CallOptions): Promise<DiffReport>;
  /** Records the working tree, without a checkpoint, and tells where a state is in the store. */
  prepareExport(params?: PrepareExportParams, options?: CallOptions): Promise<ExportPlace>;
  /** Makes paths of the working tree what they are in a checkpoint. */
  restore(params: RestoreParams, options?: CallOptions): Promise<RollbackReport>;
  /** Takes the last operations back, or takes out what one thing changed and leaves what came after it. Rejects with `nothing_to_undo`, `cannot_undo`, `compacted`, `undo_conflicts` (see `details.conflicts`). */
  undo(params?: UndoParams, options?: CallOptions): Promise<UndoReport>;
  /** Does again what was undone last. Rejects with `nothing_to_redo` */
  redo(params?: RedoParams, options?: CallOptions): Promise<RollbackReport>;
  /** Makes a branch. It starts with everything that is in the working tree it is made from. */
  createBranch(params: CreateBranchParams, options?: CallOptions): Promise<BranchReport>;
  /** Removes a branch. Its checkpoints stay, and what was not checkpointed becomes one first. */
  deleteBranch(params: DeleteBranchParams, options?: CallOptions): Promise<DeleteBranchReport>;
  /** Gives a branch another name. Its number and its checkpoints stay. */
  renameBranch(params: RenameBranchParams, options?: CallOptions): Promise<BranchReport>;
  /** All branches, oldest first. */
  listBranches(params?: ListBranchesParams, options?: CallOptions): Promise<ListBranchesReport>;
  /** One branch. Rejects with `unknown_branch` */
  showBranch(params: ShowBranchParams, options?: CallOptions): Promise<BranchReport>;
  /** Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can be merged; `details` is then the report. */
  merge(params: MergeParams, options?: CallOptions): Promise<MergeReport>;
  /** Ends a merge whose conflicts were settled. */
  continueMerge(params?: ContinueMergeParams, options?: CallOptions): Promise<CheckpointReport>;
  /** What a branch changed, as things that can be taken one by one with `take` */
  review(params: ReviewParams, options?: CallOptions): Promise<ReviewReport>;
  /** Merges some of what a branch changed; the branch then stands on that, and its working tree stays what it is, so that the rest can be taken later. Rejects with `merge_conflicts` as a merge does. */
  take(params: TakeParams, options?: CallOptions): Promise<TakeReport>;
  /** Takes a merge in progress back. */
  abortMerge(params?: AbortMergeParams, options?: CallOptions): Promise<RollbackReport>;
  /** Brings what changed in the project into a branch. Rejects with `refresh_conflicts`, and nothing is changed, if there are conflicts; `details` is then the report. */
  refresh(params?: RefreshParams, options?: CallOptions): Promise<RefreshReport>;
  /** Makes the project what a branch is, as far as they differ by what the branch did. Rejects with `apply_conflicts`, and nothing is changed, if there are conflicts; `details` is then the report. */
  apply(params?: ApplyParams, options?: CallOptions): Promise<ApplyReport>;
  /** What an apply would bring, as things that can be taken one by one with `apply` */
  reviewApply(params?: ReviewApplyParams, options?: CallOptions): Promise<ApplyReview>;
  /** Finishes an apply that was interrupted. */
  continueApply(params?: ContinueApplyParams, options?: CallOptions): Promise<ApplyReport>;
  /** Takes back what an apply that was interrupted had done. */
  abortApply(params?: AbortApplyParams, options?: CallOptions): Promise<ApplyReport>;
  /** The calling process, which has a mount namespace of its own, works on a branch from now on: it and its descendants can speak for that branch only. */
  registerRun(params: RegisterRunParams, options?: CallOptions): Promise<RunReport>;
  /** From now on the processes of a cgroup, and of those below it that are not registered themselves, see a branch at the mountpoint. Rejects with `not_routed`, `no_cgroup`, `session_exists`, `unknown_branch` */
  registerSession(
    params: RegisterSessionParams,
    options?: CallOptions,
  ): Promise<CgroupSessionReport>;
  /** The processes of a session see what those of the cgroup above see. Rejects with `unknown_session` */
  unregisterSession(
    params?: UnregisterSessionParams,
    options?: CallOptions,
  ): Promise<CgroupSessionReport>;
  /** A session sees another branch. What its processes have open stays what it is. */
  switchSession(params: SwitchSessionParams, options?: CallOptions): Promise<CgroupSessionReport>;
  /** Who works on which branch. */
  listSessions(params?: ListSessionsParams, options?: CallOptions): Promise<ListSessionsReport>;
  /** These are the rules from now on, instead of those before. They are kept with the workspace. Rejects with `policy_syntax`, `policy_rule`, `policy_too_large` */
  installPolicy(params: InstallPolicyParams, options?: CallOptions): Promise<PolicyReport>;
  /** There are no rules from now on. */
  removePolicy(params?: RemovePolicyParams, options?: CallOptions): Promise<PolicyReport>;
  /** The rules there are. */
  showPolicy(params?: ShowPolicyParams, options?: CallOptions): Promise<PolicyReport>;
  /** What the rules say of a path, whether or not there is anything. */
  testPolicy(params: TestPolicyParams, options?: CallOptions): Promise<TestPolicyReport>;
  /** What the rules refused. */
  listDenials(params?: ListDenialsParams, options?: CallOptions): Promise<ListDenialsReport>;
  /** A filter sees the events of the workspace from now on, and after every start. Resolves when it runs. Rejects with `bad_name`, `filter_exists`, `not_a_filter`, `filter_failed`, `no_filters_here` */
  addFilter(params: AddFilterParams, options?: CallOptions): Promise<FiltersReport>;
  /** The filters of the workspace, and how they are. */
  listFilters(params?: ListFiltersParams, options?: CallOptions): Promise<FiltersReport>;
  /** A filter sees nothing any more. Rejects with `unknown_filter` */
  removeFilter(params: RemoveFilterParams, options?: CallOptions): Promise<FiltersReport>;
  /** Tells in the log what is opened, run, read and written below directories outside the mount, from now on and after every start. All are watched or none. Rejects with `cannot_watch`, `not_outside`, `nothing_recorded`, `only_on_linux` */
  watchDirectories(
    params: WatchDirectoriesParams,
    options?: CallOptions,
  ): Promise<WatchedDirectoriesReport>;
  /** Tells no more of these directories. Rejects with `not_watched` */
  unwatchDirectories(
    params: UnwatchDirectoriesParams,
    options?: CallOptions,
  ): Promise<WatchedDirectoriesReport>;
  /** What was done on a branch, by whom: the log of events. Rejects with `bad_params` */
  audit(params?: AuditParams, options?: CallOptions): Promise<AuditReport>;
  /** What is recorded of that which is done in the mount, and where. */
  showTelemetry(params?: ShowTelemetryParams, options?: CallOptions): Promise<TelemetryReport>;
  /** Checks the whole store; nothing else has to wait for it. */
  verify(params?: VerifyParams, options?: CallOptions): Promise<VerifyReport>;
  /** Gives back the space of what no checkpoint that is kept needs. The rules say which are kept, and one that any of them keeps is; without a rule those of a week, the states before prompts of four, and all with a label. */
  gc(params?: GcParams, options?: CallOptions): Promise<GcReport>;
  /** What holds the space of the store. */
  storeStats(params?: StoreStatsParams, options?: CallOptions): Promise<StoreStatsReport>;
  /** What the server holds in memory, for those who look for what grows. */
  memory(params?: MemoryParams, options?: CallOptions): Promise<MemoryReport>;
  /** How the project has moved since it was imported, refreshed from or applied to: it is looked at anew, by stat(2). */
  compareSource(params?: CompareSourceParams, options?: CallOptions): Promise<SourceReport>;
  /** When checkpoints are made by themselves; sets it if `policy` is given. Rejects with `bad_params` */
  auto(params?: AutoParams, options?: CallOptions): Promise<AutoReport>;
  /** Long tasks under way, for those who wait for one. */
  tasks(params?: TasksParams, options?: CallOptions): Promise<TasksReport>;
  /** Lets another server process take over the mount: the executable as it is now. Programs in it do not notice. */
  restart(params?: RestartParams, options?: CallOptions): Promise<RestartReport>;
  /** Unmounts and ends. Rejects with `mount_busy` while the mount is in use. */
  stop(params?: StopParams, options?: CallOptions): Promise<StopReport>;
}
