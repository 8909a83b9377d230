/**
 * What is said about the daemon itself: what it does, and its end.
 *
 * @module
 */

import {
  always,
  group,
  type Infer,
  list,
  ms,
  nullable,
  oneOf,
  shape,
  table,
  text,
  truth,
  whole,
} from "../schema.ts";
import { Head } from "./history.ts";
import { RoutingReport } from "./sessions.ts";

export const SkippedPath = shape("SkippedPath", "What of the project was not imported, and why.", {
  path: text("In the project"),
  reason: text("A sentence for people"),
});
export type SkippedPath = Infer<typeof SkippedPath>;

export const ImportProgress = shape(
  "ImportProgress",
  "How far the import of the project is, or what it has stored.",
  {
    state: oneOf(["running", "done", "failed"], "How it is"),
    files: whole("Files so far"),
    directories: whole("Directories so far"),
    bytes: whole("Bytes so far"),
    skipped: list(SkippedPath, "What was left out"),
    ms: ms("Time it took so far"),
  },
);
export type ImportProgress = Infer<typeof ImportProgress>;

/** Fields of {@linkcode StatusReport}, for commands that say more. */
export const STATUS = {
  version: text("Of the program"),
  state: oneOf(["importing", "ready", "stopping"], "How the daemon is"),
  source: text("Directory of the project"),
  mount: text("Where it is mounted"),
  store: text("Directory of the store"),
  socket: text("Control socket"),
  log: text("Where the daemon writes what goes wrong"),
  keeperPid: whole("Process that holds the mount"),
  serverPid: whole("Process that answers"),
  restarts: whole("How often the server was replaced since the mount was made"),
  crashReport: nullable(
    text("Path of the report of the last server that died"),
    "Null if none did since the mount was made",
  ),
  branch: text("What `head`, `dirty`, `changes` and `showing` are about"),
  head: nullable(Head, "Null while the project is imported"),
  dirty: truth("The working tree differs from `head`"),
  changes: whole("Paths changed since `head`, as the working tree counts them"),
  showing: text("One sentence: what the mount shows"),
  import: ImportProgress,
  unreadable: group({
    count: whole("All of them"),
    first: list(
      group({
        id: nullable(text("Object"), "Null if it is not known"),
        path: nullable(
          text("The first file that was asked for and needs it"),
          "Null for a file without a name",
        ),
        message: text("A sentence for people"),
      }, "One of them"),
      "At most 100",
    ),
  }, "Objects of the store that could not be read since the server began: those who ask get EIO"),
  hash: oneOf(["native", "wasm"], "BLAKE3 backend in use"),
  counters: table(whole("How many"), "FUSE requests answered, by opcode name"),
  caches: table(truth("It is on"), "Kernel caches and fast paths"),
  routing: nullable(RoutingReport, "Null if the mount is not routed by cgroup"),
  rssBytes: whole("Memory of the server"),
  uptimeMs: ms("Since the server began"),
};

export const StatusReport = shape(
  "StatusReport",
  "How the daemon and one of its branches are.",
  STATUS,
);
export type StatusReport = Infer<typeof StatusReport>;

export const TaskReport = shape("TaskReport", "How far a long task is.", {
  name: text("`verify`, `gc`, `stats`"),
  phase: text("What it does now"),
  done: whole("So many units are done"),
  total: whole("So many there are; 0 where it is not known"),
  unit: oneOf(["bytes", "objects", "records"], "What is counted"),
});
export type TaskReport = Infer<typeof TaskReport>;

export const TasksReport = shape("TasksReport", "Long tasks under way.", {
  tasks: list(TaskReport, "By name"),
});
export type TasksReport = Infer<typeof TasksReport>;

export const RestartReport = shape("RestartReport", "The server that is replaced.", {
  serverPid: whole("The server that ends"),
});
export type RestartReport = Infer<typeof RestartReport>;

/** Fields of {@linkcode StopReport}, for commands that say more. */
export const STOPPED = {
  stopped: always(true, "The mount is gone from this mount namespace"),
  namespaces: list(
    group({ pid: whole("A process in it"), command: text("Its name") }, "A mount namespace"),
    "Other mount namespaces that have the mount: there it now answers with errors",
  ),
};

export const StopReport = shape("StopReport", "The daemon ends.", STOPPED);
export type StopReport = Infer<typeof StopReport>;
