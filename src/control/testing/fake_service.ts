/**
 * A daemon without a file system, for tests of what talks to one: checkpoints are a list, nothing is stored.
 *
 * @module
 */

import {
  applyReport,
  CGROUP_SESSION,
  CLEAN,
  COLLECTED,
  DENIAL,
  FILTER,
  logEntry,
  mergeReport,
  type Places,
  POLICY,
  refreshReport,
  REVIEW_ITEMS,
  ROUTING,
  STATS,
  statusReport,
  takeReport,
  TELEMETRY,
  UNCHANGED,
} from "./fake_reports.ts";
import type { Params, Result } from "../methods.ts";
import type { Service } from "../service.ts";
import type { BranchReport } from "../service/branches.ts";
import type { SourceReport } from "../service/daemon.ts";
import type { LogEntry, RollbackReport } from "../service/history.ts";
import type { VerifyReport } from "../service/store.ts";
import { ServiceError } from "../service_error.ts";

export interface FakeOptions extends Places {
  /** Awaited by every method: lets a test hold a request. */
  gate?: Promise<void>;
  onStop?: () => void;
  /** How the project differs from what was imported; else not at all. */
  compared?: Partial<SourceReport>;
  /** What a check of the store finds; else nothing. */
  verify?: Partial<VerifyReport>;
}

/** The first 12 digits of an id are the number of the checkpoint. */
export class FakeService implements Service {
  readonly #options: FakeOptions;
  readonly #entries: LogEntry[] = [logEntry(0, "initial", "import")];
  /** Every call, in order, with its parameters. */
  readonly calls: { method: string; params: unknown }[] = [];
  #undone: LogEntry[] = [];
  #restarts = 0;
  #branches: BranchReport[] = [];

  constructor(options: FakeOptions = {}) {
    this.#options = options;
  }

  async status(p: Params<"status">): Promise<Result<"status">> {
    await this.#called("status", p);
    return statusReport(this.#options, this.#head(), this.#restarts);
  }

  async checkpoint(p: Params<"checkpoint">): Promise<Result<"checkpoint">> {
    await this.#called("checkpoint", p);
    this.#checkBranch(p.branch);
    const made = logEntry(this.#entries.length, p.label ?? null, "checkpoint");
    made.message = p.message ?? null;
    made.agent = p.agent ?? null;
    made.parents = [this.#head().id];
    this.#entries.push(made);
    const changed = { added: 3, modified: 2, deleted: 1 };
    return { id: made.id, number: made.number, label: made.label, branch: "main", changed, ms: 4 };
  }

  async rollback(p: Params<"rollback">): Promise<Result<"rollback">> {
    await this.#called("rollback", p);
    this.#checkBranch(p.branch);
    return this.#report(this.#find(p.ref), p.dryRun ?? false);
  }

  async log(p: Params<"log">): Promise<Result<"log">> {
    await this.#called("log", p);
    this.#checkBranch(p.branch);
    const entries = this.#entries.toReversed().slice(0, p.limit);
    return {
      branch: "main",
      head: this.#head().id,
      entries: entries.map((e) => ({ ...e, head: e === this.#head() })),
      moves: [],
    };
  }

  async show(p: Params<"show">): Promise<Result<"show">> {
    await this.#called("show", p);
    return {
      commit: { ...this.#find(p.ref), tree: "f".repeat(64) },
      changes: [{ status: "A" as const, path: "src/new\nline.ts", kind: "file" }],
      events: {
        count: 3,
        processCount: 2,
        processes: [
          { pid: 7, program: "git", events: 2 },
          { pid: null, program: null, events: 1 },
        ],
      },
    };
  }

  async diff(p: Params<"diff">): Promise<Result<"diff">> {
    await this.#called("diff", p);
    const patch = p.patch ? { patch: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n" } : {};
    const lines = p.lines ? { lines: { added: 3, deleted: 1 }, oldSize: 2, size: 8 } : {};
    return {
      from: this.#find(p.from ?? "HEAD").id,
      to: p.to === undefined ? "working tree" : this.#find(p.to).id,
      changes: [
        { status: "M" as const, path: "x", kind: "file", details: ["content", "mode"], ...lines },
        { status: "T" as const, path: "y", kind: "symlink", oldKind: "file", ...lines },
      ],
      ...patch,
    };
  }

  async prepareExport(p: Params<"prepareExport">): Promise<Result<"prepareExport">> {
    await this.#called("prepareExport", p);
    const head = this.#head().id;
    const id = p.ref === undefined ? null : this.#find(p.ref).id;
    return { branch: "main", id, head, snapshot: "{}" };
  }

  async restore(p: Params<"restore">): Promise<Result<"restore">> {
    await this.#called("restore", p);
    return this.#report(this.#find(p.from), p.dryRun ?? false);
  }

  async undo(p: Params<"undo">): Promise<Result<"undo">> {
    await this.#called("undo", p);
    if (p.ref !== undefined) {
      const report = this.#report(this.#find(p.ref), p.dryRun ?? false);
      return { ...report, undone: { name: "#2", kind: "checkpoint", conflicts: [], decided: [] } };
    }
    const undone = this.#entries.length > 1 ? this.#entries.pop() : undefined;
    if (undone === undefined) throw new ServiceError("nothing_to_undo", "There is nothing to undo");
    this.#undone.push(undone);
    return this.#report(this.#head(), false);
  }

  async redo(p: Params<"redo">): Promise<Result<"redo">> {
    await this.#called("redo", p);
    const redone = this.#undone.pop();
    if (redone === undefined) throw new ServiceError("nothing_to_redo", "There is nothing to redo");
    this.#entries.push(redone);
    return this.#report(redone, false);
  }

  async createBranch(p: Params<"createBranch">): Promise<Result<"createBranch">> {
    await this.#called("createBranch", p);
    const made = this.#branch(p.name, p.from ?? "main");
    this.#branches.push(made);
    return made;
  }

  async deleteBranch(p: Params<"deleteBranch">): Promise<Result<"deleteBranch">> {
    await this.#called("deleteBranch", p);
    const { name, head } = this.#findBranch(p.name);
    this.#branches = this.#branches.filter((branch) => branch.name !== name);
    return { name, head: head.id };
  }

  async renameBranch(p: Params<"renameBranch">): Promise<Result<"renameBranch">> {
    await this.#called("renameBranch", p);
    const branch = this.#findBranch(p.name);
    branch.name = p.to;
    return branch;
  }

  async listBranches(p: Params<"listBranches">): Promise<Result<"listBranches">> {
    await this.#called("listBranches", p);
    return { branches: [this.#branch("main", null), ...this.#branches] };
  }

  async showBranch(p: Params<"showBranch">): Promise<Result<"showBranch">> {
    await this.#called("showBranch", p);
    return p.name === "main" ? this.#branch("main", null) : this.#findBranch(p.name);
  }

  async merge(p: Params<"merge">): Promise<Result<"merge">> {
    await this.#called("merge", p);
    const report = mergeReport(p);
    if (report.state !== "refused" || report.dryRun) return report;
    throw new ServiceError("merge_conflicts", "Cannot merge conflicting into main: 1 conflict", {
      details: report,
    });
  }

  async continueMerge(p: Params<"continueMerge">): Promise<Result<"continueMerge">> {
    await this.#called("continueMerge", p);
    throw new ServiceError("no_merge", "No merge is in progress in main");
  }

  async review(p: Params<"review">): Promise<Result<"review">> {
    await this.#called("review", p);
    const { id } = this.#head();
    return { branch: p.branch, into: p.into ?? "main", from: id, to: id, items: REVIEW_ITEMS };
  }

  async take(p: Params<"take">): Promise<Result<"take">> {
    await this.#called("take", p);
    return takeReport(p);
  }

  async abortMerge(p: Params<"abortMerge">): Promise<Result<"abortMerge">> {
    await this.#called("abortMerge", p);
    return this.#report(this.#head(), false);
  }

  async refresh(p: Params<"refresh">): Promise<Result<"refresh">> {
    await this.#called("refresh", p);
    return refreshReport(p);
  }

  async apply(p: Params<"apply">): Promise<Result<"apply">> {
    await this.#called("apply", p);
    return applyReport(p);
  }

  async reviewApply(p: Params<"reviewApply">): Promise<Result<"reviewApply">> {
    await this.#called("reviewApply", p);
    const { id } = this.#head();
    return { branch: p.branch ?? "main", from: id, to: id, items: REVIEW_ITEMS };
  }

  async continueApply(p: Params<"continueApply">): Promise<Result<"continueApply">> {
    await this.#called("continueApply", p);
    return applyReport(p);
  }

  async abortApply(p: Params<"abortApply">): Promise<Result<"abortApply">> {
    await this.#called("abortApply", p);
    throw new ServiceError("no_apply", "No apply was interrupted");
  }

  async registerRun(p: Params<"registerRun">): Promise<Result<"registerRun">> {
    await this.#called("registerRun", p);
    return { branch: p.branch };
  }

  async registerSession(p: Params<"registerSession">): Promise<Result<"registerSession">> {
    await this.#called("registerSession", p);
    return { ...CGROUP_SESSION, ...p };
  }

  async unregisterSession(p: Params<"unregisterSession">): Promise<Result<"unregisterSession">> {
    await this.#called("unregisterSession", p);
    return { ...CGROUP_SESSION, ...p };
  }

  async switchSession(p: Params<"switchSession">): Promise<Result<"switchSession">> {
    await this.#called("switchSession", p);
    return { ...CGROUP_SESSION, ...p };
  }

  async listSessions(p: Params<"listSessions">): Promise<Result<"listSessions">> {
    await this.#called("listSessions", p);
    const run = { kind: "run" as const, branch: "b", pid: 42, command: "claude" };
    return { sessions: [run, CGROUP_SESSION], routing: ROUTING };
  }

  async installPolicy(p: Params<"installPolicy">): Promise<Result<"installPolicy">> {
    await this.#called("installPolicy", p);
    return POLICY;
  }

  async removePolicy(p: Params<"removePolicy">): Promise<Result<"removePolicy">> {
    await this.#called("removePolicy", p);
    return { ...POLICY, from: [], rules: [], unheld: [] };
  }

  async showPolicy(p: Params<"showPolicy">): Promise<Result<"showPolicy">> {
    await this.#called("showPolicy", p);
    return POLICY;
  }

  async testPolicy(p: Params<"testPolicy">): Promise<Result<"testPolicy">> {
    await this.#called("testPolicy", p);
    const { path, branch = "main", op = "write" } = p;
    const verdicts = [{ operation: op, verdict: "deny" as const, rule: "no hooks" }];
    return { path, directory: path.endsWith("/"), branch, version: 1, verdicts };
  }

  async listDenials(p: Params<"listDenials">): Promise<Result<"listDenials">> {
    await this.#called("listDenials", p);
    return { count: 1, denials: [DENIAL] };
  }

  async addFilter(p: Params<"addFilter">): Promise<Result<"addFilter">> {
    await this.#called("addFilter", p);
    return { filters: [{ ...FILTER, name: p.name, kind: p.kind }] };
  }

  async listFilters(p: Params<"listFilters">): Promise<Result<"listFilters">> {
    await this.#called("listFilters", p);
    return { filters: [FILTER] };
  }

  async removeFilter(p: Params<"removeFilter">): Promise<Result<"removeFilter">> {
    await this.#called("removeFilter", p);
    return { filters: [] };
  }

  async audit(p: Params<"audit">): Promise<Result<"audit">> {
    await this.#called("audit", p);
    const event = {
      ...{ sequence: 7, time: "2026-01-31T12:00:00.000000Z", action: "rename" },
      ...{ path: "src/a", target: "src/b", bytes: null, program: "mv", pid: 12 },
      ...{ error: null, rule: null, call: "toolu_1", message: null },
    };
    return { branch: p.branch ?? "main", events: [event] };
  }

  async watchDirectories(p: Params<"watchDirectories">): Promise<Result<"watchDirectories">> {
    await this.#called("watchDirectories", p);
    return { directories: p.directories.map((path) => ({ path, why: null })) };
  }

  async unwatchDirectories(p: Params<"unwatchDirectories">): Promise<Result<"unwatchDirectories">> {
    await this.#called("unwatchDirectories", p);
    return { directories: [] };
  }

  async showTelemetry(p: Params<"showTelemetry">): Promise<Result<"showTelemetry">> {
    await this.#called("showTelemetry", p);
    return TELEMETRY;
  }

  async verify(p: Params<"verify">): Promise<Result<"verify">> {
    await this.#called("verify", p);
    return { ...CLEAN, ...this.#options.verify };
  }

  async gc(p: Params<"gc">): Promise<Result<"gc">> {
    await this.#called("gc", p);
    return { ...COLLECTED, dryRun: p.dryRun ?? false };
  }

  async storeStats(p: Params<"storeStats">): Promise<Result<"storeStats">> {
    await this.#called("storeStats", p);
    return STATS;
  }

  async memory(p: Params<"memory">): Promise<Result<"memory">> {
    await this.#called("memory", p);
    const thread = { heapBytes: 1, heapTotalBytes: 2, externalBytes: 0, counts: {} };
    return {
      rssBytes: 8,
      threads: { main: thread, fs: thread, background: thread, telemetry: thread },
    };
  }

  async compareSource(p: Params<"compareSource">): Promise<Result<"compareSource">> {
    await this.#called("compareSource", p);
    return { ...UNCHANGED, ...this.#options.compared };
  }

  async subscribe(p: Params<"subscribe">): Promise<Result<"subscribe">> {
    await this.#called("subscribe", p);
    return { branch: p.branch ?? null, kinds: p.kinds ?? [], seq: 0 };
  }

  async auto(p: Params<"auto">): Promise<Result<"auto">> {
    await this.#called("auto", p);
    const policy = p.policy ?? "calls,mass-delete:50";
    return { policy, calls: true, quietMs: null, deletions: 50, timerMs: null };
  }

  async tasks(p: Params<"tasks">): Promise<Result<"tasks">> {
    await this.#called("tasks", p);
    return { tasks: [] };
  }

  async restart(p: Params<"restart">): Promise<Result<"restart">> {
    await this.#called("restart", p);
    return { serverPid: Deno.pid + this.#restarts++ };
  }

  async stop(p: Params<"stop">): Promise<Result<"stop">> {
    await this.#called("stop", p);
    this.#options.onStop?.();
    return { stopped: true, namespaces: [] };
  }

  async #called(method: string, params: unknown): Promise<void> {
    this.calls.push({ method, params });
    await this.#options.gate;
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

  #head(): LogEntry {
    return this.#entries.at(-1)!;
  }

  #checkBranch(branch: string | undefined): void {
    if (branch === undefined || branch === "main") return;
    throw new ServiceError("unknown_branch", `There is no branch ${branch}`);
  }

  #find(ref: string): LogEntry {
    if (ref === "HEAD") return this.#head();
    const found = this.#entries.findLast((e) =>
      e.label === ref || e.id === ref || `#${e.number}` === ref
    );
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
