/**
 * What the fake daemon answers where nothing depends on what was asked before.
 *
 * @module
 */

import type { SourceReport, StatusReport } from "../service/daemon.ts";
import type { LogEntry } from "../service/history.ts";
import type { Params } from "../methods.ts";
import type { MergeReport, ReviewItem, TakeReport } from "../service/merge.ts";
import type { ApplyReport, ProjectMoved, RefreshReport } from "../service/project.ts";
import type { TelemetryReport } from "../service/telemetry.ts";
import type { DenialReport, PolicyReport } from "../service/policy.ts";
import type { CgroupSessionReport, RoutingReport } from "../service/sessions.ts";
import type { FilterReport } from "../service/filters.ts";
import type { GcReport, StoreStatsReport, VerifyReport } from "../service/store.ts";

/** Paths that a fake daemon claims to have. */
export interface Places {
  source?: string;
  mount?: string;
  socket?: string;
}

/** A cgroup that sees branch b. */
export const CGROUP_SESSION: CgroupSessionReport = {
  kind: "cgroup",
  branch: "b",
  id: 1,
  cgroup: "/sys/fs/cgroup/agents/b",
  processes: 3,
};

/** A filter that runs. */
export const FILTER: FilterReport = {
  name: "tests",
  kind: "lua",
  file: "/state/filters/tests.lua",
  state: "running",
  trouble: null,
  failures: 0,
  lock: "seccomp",
  strikes: 0,
};

export const ROUTING: RoutingReport = { source: "bpf", why: null, strict: false };

export const POLICY: PolicyReport = {
  version: 1,
  installed: "2026-11-28T00:00:00.000Z",
  from: ["protect-git"],
  rules: [{
    name: "no hooks",
    path_pattern: "/.git/hooks/**",
    outside: false,
    verdict: "deny",
    operations: "write,create",
    filter: null,
    otherwise: null,
    deletions: null,
    branches: null,
    programs: null,
    uids: null,
    sessions: null,
  }],
  opens: false,
  unheld: [{ rule: "no hooks", why: "It holds from the next mount on" }],
  denied: 1,
};

export const DENIAL: DenialReport = {
  number: 1,
  time: "2026-11-28T00:00:01.000Z",
  branch: "main",
  path: ".git/hooks/pre-commit",
  operation: "create",
  rule: "no hooks",
  thread: 42,
  uid: 1000,
  message: "Making .git/hooks/pre-commit was refused",
};

/** A project that is as it was imported. */
export const UNCHANGED: SourceReport = {
  state: "compared",
  since: "import",
  unfinished: null,
  replaced: false,
  changed: { added: 0, modified: 0, deleted: 0 },
  touched: 0,
  newest: null,
  ms: 2,
};

/** A daemon that has served its mount for a moment. */
export function statusReport(places: Places, head: LogEntry, restarts: number): StatusReport {
  return {
    version: "0.0.0-fake",
    state: "ready",
    source: places.source ?? "/fake/source",
    mount: places.mount ?? "/fake/mount",
    store: "/fake/store",
    socket: places.socket ?? "/fake/socket",
    log: "/fake/daemon.log",
    keeperPid: Deno.pid,
    serverPid: Deno.pid + restarts,
    restarts,
    crashReport: null,
    branch: "main",
    head: { id: head.id, label: head.label, time: head.time },
    dirty: false,
    changes: 0,
    showing: `branch main at "${head.label}"`,
    import: { state: "done", files: 3, directories: 1, bytes: 42, skipped: [], ms: 5, error: null },
    unreadable: { count: 0, first: [] },
    hash: "native",
    counters: { LOOKUP: 7 },
    caches: { entries: true },
    routing: null,
    policy: { version: 1, rules: 1 },
    refused: [DENIAL.message],
    auto: "calls,mass-delete:50",
    rssBytes: 1024 * 1024,
    uptimeMs: 1234,
  };
}

/** A merge in which the source named `conflicting` has a conflict and others have none. */
export function mergeReport(p: Params<"merge">): MergeReport {
  const conflicted = p.sources.includes("conflicting");
  const marked = conflicted && p.strategy === "markers";
  const side = { kind: "file", mode: "100644", id: "a".repeat(64) };
  const conflicts = [{ path: "x", kind: "edit/edit", base: side, ours: side, theirs: side }];
  return {
    into: p.into ?? "main",
    state: marked ? "settle" : conflicted ? "refused" : "merged",
    id: conflicted || p.dryRun ? null : "b".repeat(64),
    label: p.label ?? null,
    dryRun: p.dryRun ?? false,
    sources: p.sources.map((name) => ({
      name,
      merged: !conflicted || marked,
      conflicts: conflicted ? conflicts : [],
      decided: [],
      changed: { added: 1, modified: 2, deleted: 0 },
    })),
    changed: { added: 1, modified: 2, deleted: 0 },
    safety: null,
    ms: 6,
  };
}

/** What a branch changed: a text in two places, a file that is new, one that is binary. */
export const REVIEW_ITEMS: ReviewItem[] = [
  {
    change: { status: "M", path: "a", kind: "file", details: ["content"] },
    paths: 1,
    hunks: [
      { oldStart: 1, newStart: 1, lines: ["-1\n", "+one\n", " 2\n"] },
      { oldStart: 9, newStart: 9, lines: [" 9\n", "-10", "+ten\n"] },
    ],
    divisible: true,
    oldMode: "100644",
    mode: "100644",
  },
  {
    change: { status: "A", path: "b", kind: "file" },
    paths: 1,
    hunks: [{ oldStart: 1, newStart: 1, lines: ["+new\n"] }],
    divisible: false,
    mode: "100755",
  },
  {
    change: { status: "M", path: "c", kind: "file", details: ["content"] },
    paths: 1,
    hunks: null,
    divisible: false,
    oldMode: "100644",
    mode: "100644",
  },
];

export function takeReport(p: Params<"take">): TakeReport {
  return {
    branch: p.branch,
    into: p.into ?? "main",
    id: "b".repeat(64),
    taken: "c".repeat(64),
    label: p.label ?? null,
    changed: { added: 1, modified: 2, deleted: 0 },
    left: { added: 0, modified: 1, deleted: 0 },
    safety: null,
    ms: 6,
  };
}

/** A check that finds nothing. */
export const CLEAN: VerifyReport = {
  store: "/fake/store",
  clean: true,
  checked: {
    packs: 1,
    packBytes: 1000,
    objects: 10,
    commits: 2,
    branches: 1,
    trees: 3,
    files: 4,
    journalSegments: 1,
    journalRecords: 5,
    journalBytes: 500,
  },
  damage: [],
  damageCount: 0,
  lost: [],
  affected: [],
  torn: [],
  uncommitted: [],
  repaired: null,
  ms: 7,
};

export const STATS: StoreStatsReport = {
  store: "/fake/store",
  total: 10_000,
  packs: { count: 1, bytes: 5000, objects: 20, deadObjects: 3, live: 4000, dead: 1000 },
  shared: 3000,
  working: 500,
  index: 4096,
  journals: [{ branch: "main", bytes: 900, segments: 1 }],
  other: 4,
  checkpointCount: 2,
  checkpoints: [{
    id: "7".repeat(64),
    branch: "main",
    kind: "checkpoint",
    label: "before",
    time: "2026-01-02T03:04:05.000Z",
    unique: 500,
    size: 8000,
  }],
};

export const COLLECTED: GcReport = {
  store: "/fake/store",
  dryRun: false,
  compacted: [{
    id: "7".repeat(64),
    branch: "main",
    kind: "checkpoint",
    label: "long ago",
    time: "2026-01-02T03:04:05.000Z",
  }],
  compactedCount: 1,
  kept: 2,
  objects: 10,
  deadObjects: 4,
  bytesBefore: 3000,
  bytesAfter: 1000,
  garbageLeft: 0,
  packsRemoved: 1,
  ms: 9,
};

/** A checkpoint, the number of which begins its id. */
export function logEntry(number: number, label: string | null, kind: LogEntry["kind"]): LogEntry {
  return {
    id: number.toString(16).padStart(12, "0") + "0".repeat(52),
    number: number + 1,
    label,
    message: null,
    kind,
    time: "2026-01-02T03:04:05.000Z",
    parents: [],
    changed: kind === "import" ? null : { added: 3, modified: 2, deleted: 1 },
    head: false,
    agent: null,
  };
}

const MOVED: ProjectMoved = {
  changed: { added: 1, modified: 0, deleted: 0 },
  newest: { path: "notes.md", time: "2026-01-02T03:04:05.000Z" },
  files: 1,
  guessed: false,
  skipped: [],
};

/** The project had a new file. */
export function refreshReport(
  { branch = "main", dryRun = false }: Params<"refresh">,
): RefreshReport {
  return {
    branch,
    state: "refreshed",
    id: dryRun ? null : "8".repeat(64),
    dryRun,
    project: MOVED,
    conflicts: [],
    decided: [],
    changed: MOVED.changed,
    ...(dryRun ? { changes: [{ status: "A" as const, path: "notes.md", kind: "file" }] } : {}),
    safety: null,
    ms: 5,
  };
}

/** The branch had changed a file. */
export function applyReport(
  { branch = "main", to = "/fake/project", dryRun = false }: Params<"apply">,
): ApplyReport {
  return {
    branch,
    to,
    state: "applied",
    id: dryRun ? null : "9".repeat(64),
    applied: "7".repeat(64),
    dryRun,
    project: MOVED,
    conflicts: [],
    decided: [],
    changed: { added: 0, modified: 1, deleted: 0 },
    ...(dryRun ? { changes: [{ status: "M" as const, path: "src/a.ts", kind: "file" }] } : {}),
    leftAlone: [],
    notKept: [],
    safety: null,
    ms: 5,
  };
}

export const TELEMETRY: TelemetryReport = {
  level: "changes",
  directory: "/state/telemetry",
  files: 1,
  bytes: 1000,
  mostBytes: 2000,
  events: 3,
  lost: 0,
  failure: null,
  sources: [{
    name: "mount",
    state: "running",
    why: null,
    needs: "nothing",
    sees: "changes",
    misses: "reads",
    costs: "little",
    denies: "EACCES",
  }],
  directories: [{ path: "/srv", why: null }],
};
