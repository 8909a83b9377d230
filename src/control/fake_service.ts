/**
 * A daemon without a file system, for tests of what talks to one: checkpoints are a list, nothing is stored.
 *
 * @module
 */

import {
  type BranchReport,
  type CheckpointReport,
  type CreateBranchParams,
  type DeleteBranchParams,
  type GcReport,
  type LogEntry,
  type MergeParams,
  type MergeReport,
  type RenameBranchParams,
  type RollbackReport,
  type Service,
  ServiceError,
  type ShowBranchParams,
  type StatusReport,
  type StopReport,
  type StoreStatsReport,
  type TasksReport,
  type VerifyReport,
} from "./service.ts";

export interface FakeOptions {
  source?: string;
  mount?: string;
  socket?: string;
  /** Awaited by every method: lets a test hold a request. */
  gate?: Promise<void>;
  onStop?: () => void;
  /** What a check of the store finds; else nothing. */
  verify?: Partial<VerifyReport>;
}

/** The first 12 digits of an id are the number of the checkpoint. */
export class FakeService implements Service {
  readonly #options: FakeOptions;
  readonly #entries: LogEntry[] = [entry(0, "initial", "import")];
  /** Every call, in order, with its parameters. */
  readonly calls: { method: string; params: unknown }[] = [];
  #undone: LogEntry[] = [];
  #restarts = 0;
  #branches: BranchReport[] = [];

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  async status(p: { branch?: string }): Promise<StatusReport> {
    await this.#called("status", p);
    const head = this.#head();
    return {
      version: "0.0.0-fake",
      state: "ready",
      source: this.#options.source ?? "/fake/source",
      mount: this.#options.mount ?? "/fake/mount",
      store: "/fake/store",
      socket: this.#options.socket ?? "/fake/socket",
      log: "/fake/daemon.log",
      keeperPid: Deno.pid,
      serverPid: Deno.pid + this.#restarts,
      restarts: this.#restarts,
      crashReport: null,
      branch: "main",
      head: { id: head.id, label: head.label, time: head.time },
      dirty: false,
      changes: 0,
      showing: `branch main at "${head.label}"`,
      import: { state: "done", files: 3, directories: 1, bytes: 42, skipped: [], ms: 5 },
      unreadable: { count: 0, first: [] },
      hash: "native",
      counters: { LOOKUP: 7 },
      caches: { entries: true },
      rssBytes: 1024 * 1024,
      uptimeMs: 1234,
    };
  }

  async checkpoint(p: Parameters<Service["checkpoint"]>[0]): Promise<CheckpointReport> {
    await this.#called("checkpoint", p);
    this.#checkBranch(p.branch);
    const made = entry(this.#entries.length, p.label ?? null, "checkpoint");
    made.message = p.message ?? null;
    made.agent = p.agent ?? null;
    made.parents = [this.#head().id];
    this.#entries.push(made);
    const changed = { added: 3, modified: 2, deleted: 1 };
    return { id: made.id, label: made.label, branch: "main", changed, ms: 4 };
  }

  async rollback(p: Parameters<Service["rollback"]>[0]): Promise<RollbackReport> {
    await this.#called("rollback", p);
    this.#checkBranch(p.branch);
    return this.#report(this.#find(p.ref), p.dryRun ?? false);
  }

  async log(p: Parameters<Service["log"]>[0]) {
    await this.#called("log", p);
    this.#checkBranch(p.branch);
    const entries = this.#entries.toReversed().slice(0, p.limit);
    return {
      branch: "main",
      head: this.#head().id,
      entries: entries.map((e) => ({ ...e, head: e === this.#head() })),
    };
  }

  async show(p: Parameters<Service["show"]>[0]) {
    await this.#called("show", p);
    return {
      commit: { ...this.#find(p.ref), tree: "f".repeat(64) },
      changes: [{ status: "A" as const, path: "src/new\nline.ts", kind: "file" }],
    };
  }

  async diff(p: Parameters<Service["diff"]>[0]) {
    await this.#called("diff", p);
    const patch = p.patch ? { patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n" } : {};
    return {
      from: this.#find(p.from ?? "HEAD").id,
      to: p.to === undefined ? "working tree" : this.#find(p.to).id,
      changes: [
        { status: "M" as const, path: "x", kind: "file", details: ["content", "mode"] },
        { status: "T" as const, path: "y", kind: "symlink", oldKind: "file" },
      ],
      ...patch,
    };
  }

  async restore(p: Parameters<Service["restore"]>[0]): Promise<RollbackReport> {
    await this.#called("restore", p);
    return this.#report(this.#find(p.from), p.dryRun ?? false);
  }

  async createBranch(p: CreateBranchParams): Promise<BranchReport> {
    await this.#called("createBranch", p);
    const made = this.#branch(p.name, p.from ?? "main");
    this.#branches.push(made);
    return made;
  }

  async deleteBranch(p: DeleteBranchParams) {
    await this.#called("deleteBranch", p);
    const { name, head } = this.#findBranch(p.name);
    this.#branches = this.#branches.filter((branch) => branch.name !== name);
    return { name, head: head.id };
  }

  async renameBranch(p: RenameBranchParams): Promise<BranchReport> {
    await this.#called("renameBranch", p);
    const branch = this.#findBranch(p.name);
    branch.name = p.to;
    return branch;
  }

  async listBranches(p: Record<string, never>) {
    await this.#called("listBranches", p);
    return { branches: [this.#branch("main", null), ...this.#branches] };
  }

  async showBranch(p: ShowBranchParams): Promise<BranchReport> {
    await this.#called("showBranch", p);
    return p.name === "main" ? this.#branch("main", null) : this.#findBranch(p.name);
  }

  async merge(p: MergeParams): Promise<MergeReport> {
    await this.#called("merge", p);
    const conflicted = p.sources.includes("conflicting");
    const marked = conflicted && p.strategy === "markers";
    const side = { kind: "file", mode: "100644", id: "a".repeat(64) };
    const conflicts = [{ path: "x", kind: "edit/edit", base: side, ours: side, theirs: side }];
    const report: MergeReport = {
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
    if (report.state !== "refused" || report.dryRun) return report;
    throw new ServiceError("merge_conflicts", "Cannot merge conflicting into main: 1 conflict", {
      details: report,
    });
  }

  async registerRun(p: { branch: string }) {
    await this.#called("registerRun", p);
    return { branch: p.branch };
  }

  async listSessions(p: Record<string, never>) {
    await this.#called("listSessions", p);
    return { sessions: [{ kind: "run" as const, branch: "b", pid: 42, command: "claude" }] };
  }

  async continueMerge(p: { branch?: string }): Promise<CheckpointReport> {
    await this.#called("continueMerge", p);
    throw new ServiceError("no_merge", "No merge is in progress in main");
  }

  async abortMerge(p: { branch?: string }): Promise<RollbackReport> {
    await this.#called("abortMerge", p);
    return this.#report(this.#head(), false);
  }

  #branch(name: string, parent: string | null): BranchReport {
    const { id, label, time } = this.#head();
    return {
      name,
      number: parent === null ? 0 : this.#branches.length + 1,
      parent,
      created: "2026-01-02T03:04:05.000Z",
      head: { id, label, time },
      ahead: parent === null ? null : 2,
      behind: parent === null ? null : 1,
      dirty: parent !== null,
      path: parent === null ? "/fake/mount" : `/fake/mount/.agentvfs/branches/${name}`,
    };
  }

  #findBranch(name: string): BranchReport {
    const found = this.#branches.find((branch) => branch.name === name);
    if (found === undefined) throw new ServiceError("unknown_branch", `There is no branch ${name}`);
    return found;
  }

  async undo(p: { branch?: string }): Promise<RollbackReport> {
    await this.#called("undo", p);
    const undone = this.#entries.length > 1 ? this.#entries.pop() : undefined;
    if (undone === undefined) throw new ServiceError("nothing_to_undo", "There is nothing to undo");
    this.#undone.push(undone);
    return this.#report(this.#head(), false);
  }

  async redo(p: { branch?: string }): Promise<RollbackReport> {
    await this.#called("redo", p);
    const redone = this.#undone.pop();
    if (redone === undefined) throw new ServiceError("nothing_to_redo", "There is nothing to redo");
    this.#entries.push(redone);
    return this.#report(redone, false);
  }

  async verify(p: Parameters<Service["verify"]>[0]): Promise<VerifyReport> {
    await this.#called("verify", p);
    return { ...CLEAN, ...this.#options.verify };
  }

  async gc(p: Parameters<Service["gc"]>[0]): Promise<GcReport> {
    await this.#called("gc", p);
    return { ...COLLECTED, dryRun: p.dryRun ?? false };
  }

  async storeStats(p: Record<string, never>): Promise<StoreStatsReport> {
    await this.#called("storeStats", p);
    return STATS;
  }

  async tasks(p: Record<string, never>): Promise<TasksReport> {
    await this.#called("tasks", p);
    return { tasks: [] };
  }

  async restart(p: Record<string, never>) {
    await this.#called("restart", p);
    return { serverPid: Deno.pid + this.#restarts++ };
  }

  async stop(p: { force?: boolean }): Promise<StopReport> {
    await this.#called("stop", p);
    this.#options.onStop?.();
    return { stopped: true, namespaces: [] };
  }

  async #called(method: string, params: unknown): Promise<void> {
    this.calls.push({ method, params });
    await this.#options.gate;
  }

  #head(): LogEntry {
    return this.#entries.at(-1)!;
  }

  #checkBranch(branch: string | undefined): void {
    if (branch === undefined || branch === "main") return;
    throw new ServiceError("unknown_branch", `There is no branch ${branch}`);
  }

  #find(ref: string): LogEntry {
    if (ref === "HEAD") return this.#head();
    const found = this.#entries.findLast((e) => e.label === ref || e.id === ref);
    if (found !== undefined) return found;
    throw new ServiceError("unknown_ref", `There is no checkpoint ${JSON.stringify(ref)}`, {
      hint: "agentvfs log lists them",
    });
  }

  #report(to: LogEntry, dryRun: boolean): RollbackReport {
    return {
      id: to.id,
      label: to.label,
      branch: "main",
      safety: dryRun ? null : "5".repeat(64),
      changed: { added: 0, modified: 2, deleted: 1 },
      ms: 3,
      dryRun,
      ...(dryRun ? { changes: [{ status: "D" as const, path: "x", kind: "file" }] } : {}),
    };
  }
}

const CLEAN: VerifyReport = {
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

const STATS: StoreStatsReport = {
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

const COLLECTED: GcReport = {
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

function entry(number: number, label: string | null, kind: LogEntry["kind"]): LogEntry {
  return {
    id: number.toString(16).padStart(12, "0") + "0".repeat(52),
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
