import { defineMethod } from "../../method.ts";
import { noWords } from "../../plain_form.ts";
import {
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
} from "../../schema.ts";
import { BRANCH, Head } from "../../shapes/history.ts";
import { RoutingReport } from "../../shapes/sessions.ts";

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
    error: nullable(text("Why it failed"), "Null if it did not"),
  },
);
export type ImportProgress = Infer<typeof ImportProgress>;

export const StatusReport = shape("StatusReport", "How the daemon and one of its branches are.", {
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
  policy: group({
    version: whole("How often rules were installed or removed"),
    rules: whole("How many there are"),
  }, "Rules about what may be done in the mount"),
  refused: list(
    text("A sentence for people, and for agents"),
    "What they refused in the branch lately, at most 10, the latest last",
  ),
  auto: text("When checkpoints are made by themselves, as `auto` has it in words"),
  rssBytes: whole("Memory of the server"),
  uptimeMs: ms("Since the server began"),
});
export type StatusReport = Infer<typeof StatusReport>;

export const method = defineMethod({
  brief: "How the daemon and one of its branches are",
  version: 1,
  who: "branch",
  params: BRANCH,
  result: StatusReport,
  plain: {
    usage: "status",
    adds: "`commit`, `bootstrap_pending` and other keys of the original",
    params(given) {
      noWords("status", given);
      return {};
    },
    /** The keys that the original's clients read, then the whole report. */
    reply: (report) => ({
      commit: report.head?.id ?? "",
      bootstrap_pending: report.import.state === "running",
      session_active: false,
      ebpf_available: false,
      telemetry_drops_total: 0,
      policy_version: report.policy.version,
      ...report,
    }),
  },
});
