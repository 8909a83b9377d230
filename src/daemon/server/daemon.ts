/**
 * The service a daemon offers, put together from the methods of each group.
 *
 * @module
 */

import { join } from "node:path";
import type { EventStream } from "../../control/event_stream.ts";
import type { Params, Result } from "../../control/methods.ts";
import type { ApplyReport } from "../../control/service/project.ts";
import { tellingRefusals } from "../events/telling_refusals.ts";
import type { WorkspaceEvents } from "../events/workspace_events.ts";
import type { Service } from "../../control/service.ts";
import type { GcReport, StoreStatsReport } from "../../control/service/store.ts";
import type { ServedSessions } from "../adapter/linux_cgroups.ts";
import { SessionMethods } from "../methods/session_methods.ts";
import { ServiceError } from "../../control/service_error.ts";
import { checkpointName } from "./checkpoint_name.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import type { Authority } from "../branches/authority.ts";
import type { AgentEvent } from "../../agents/agent_event.ts";
import { sourcePlaces } from "../telemetry/source_places.ts";
import { openCalls } from "../telemetry/open_calls.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";
import type { MovesBehind } from "../agents/moves_behind.ts";
import { eventLogPath } from "../telemetry/event_log_path.ts";
import { KnownWork } from "../agents/known_work.ts";
import type { WorkJournal } from "../agents/work_journal.ts";
import { BranchMethods } from "../methods/branch_methods.ts";
import { MAIN } from "../branches/branches.ts";
import { TemporaryBranches } from "../branches/temporary_branches.ts";
import { DaemonMethods, type ServerParts } from "../methods/daemon_methods.ts";
import type { BranchAccess } from "../methods/branch_access.ts";
import { CommitFinder } from "../methods/history/commit_finder.ts";
import { HistoryMethods } from "../methods/history/history_methods.ts";
import { HistoryViewMethods } from "../methods/history/history_view_methods.ts";
import { UndoMethods, type UndoParts } from "../methods/history/undo_methods.ts";
import { AgentHooks } from "../agents/agent_hooks.ts";
import { AutoCheckpoints } from "../automatic/auto_checkpoints.ts";
import { savedAuto } from "../automatic/saved_auto.ts";
import { UnchangedWorktrees } from "../agents/unchanged_worktrees.ts";
import { JournalFolder } from "./journal_folder.ts";
import { FilterMethods } from "../methods/filter_methods.ts";
import type { Filters } from "../filters/filters.ts";
import { Maintenance } from "../methods/maintenance.ts";
import { MergeMethods } from "../methods/merge_methods.ts";
import { ApplyMethods } from "../methods/apply_methods.ts";
import { RefreshMethods } from "../methods/refresh_methods.ts";
import { TelemetryMethods } from "../methods/telemetry_methods.ts";
import { WatchMethods } from "../methods/watch_methods.ts";
import { PolicyMethods } from "../methods/policy_methods.ts";
import type { SavedPolicy } from "../workspaces/saved_policy.ts";
import { ReviewMethods } from "../methods/review_methods.ts";
import type { TakenCapture } from "../threads/messages.ts";
import { serviceError } from "../threads/service_errors.ts";
import type { SourceReport } from "../../control/service/daemon.ts";
import { sourceReport } from "../methods/source_report.ts";
import type { Verdict } from "../../telemetry/event.ts";
import { tellCompacted } from "./tell_compacted.ts";
import type { PendingInvalidation } from "../watchers/pending_invalidation.ts";
import { Turns } from "../branches/turns.ts";

/** Longest time that an agent waits for the answer to a hook, ms: said in the environment, or this. */
const HOOK_DEADLINE_VARIABLE = "AGENTVFS_HOOK_MS";
const HOOK_DEADLINE_MS = 10;

export interface DaemonParts extends ServerParts {
  readonly invalidation: PendingInvalidation;
  readonly background: BackgroundClient;
  readonly authority: Authority;
  /** By cgroup; null if the mount is not routed. */
  readonly sessions: ServedSessions | null;
  readonly moves: MovesBehind;
  readonly journal: WorkJournal;
  /** The rules that the server began with. */
  readonly policy: SavedPolicy | null;
  readonly events: WorkspaceEvents;
  readonly filters: Filters;
}

export class Daemon {
  /** What agents tell of themselves. */
  readonly hooks: AgentHooks;
  /** Checkpoints that nobody asks for. */
  readonly auto: AutoCheckpoints;
  readonly #turns = new Turns();
  readonly #self: DaemonMethods;
  readonly #maintenance: Maintenance;
  readonly #folder: JournalFolder;
  readonly #commits: CommitFinder;
  readonly #history: HistoryMethods;
  readonly #looking: HistoryViewMethods;
  readonly #undoing: UndoMethods;
  readonly #branching: BranchMethods;
  readonly #sessions: SessionMethods;
  readonly #policy: PolicyMethods;
  readonly #filters: FilterMethods;
  readonly #telemetry: TelemetryMethods;
  readonly #watching: WatchMethods;
  readonly #merging: MergeMethods;
  readonly #apply: ApplyMethods;
  readonly #refresh: RefreshMethods;
  readonly #reviewing: ReviewMethods;

  constructor(readonly parts: DaemonParts) {
    const { fs, background, counters, branches, authority, moves, journal } = parts;
    const access: BranchAccess = {
      background,
      branch: (name) => this.openBranch(name),
      turn: (what, job) => this.#turn(what, job),
    };
    this.#telemetry = new TelemetryMethods(parts.config, parts.telemetry, access.branch);
    this.#watching = new WatchMethods(parts.config, parts.telemetry);
    this.#policy = new PolicyMethods({
      ...access,
      fs,
      workspace: parts.config.workspace,
      flush: () => branches.flush(),
      policy: parts.policy,
      telemetry: parts.telemetry,
      places: sourcePlaces(parts.config).own,
      filters: () => parts.filters.list().map(({ name }) => name),
      onChanged: () => this.auto.refresh(),
    });
    this.#filters = new FilterMethods(parts.filters);
    const deadlineMs = Number(Deno.env.get(HOOK_DEADLINE_VARIABLE)) || HOOK_DEADLINE_MS;
    const worktrees = new UnchangedWorktrees(this.service);
    const onCalls = async (branch: string, underWay: readonly AgentEvent[]) => {
      const calls = openCalls(underWay);
      parts.telemetry?.calls(branch, calls);
      await fs.call("calls", { branch, calls });
    };
    this.hooks = new AgentHooks({
      ...access,
      moves,
      journal,
      worktrees,
      refused: () => this.#policy.refused(),
      onCalls,
      deadlineMs,
      roots: (branch) => {
        const { mount, source } = parts.config;
        const own = join(mount, VIRTUAL_NAME, "branches", branch);
        return branch === MAIN ? [mount, source] : [own, source];
      },
      records: () => this.auto.policy.calls,
    });
    const { workspace } = parts.config;
    this.auto = new AutoCheckpoints({
      open: () => branches.open(),
      turn: access.turn,
      callIn: (branch) => this.hooks.callIn(branch),
      log: (words) => console.log(words),
      deletionsIn: (branch) => this.#policy.deletionsIn(branch),
    }, savedAuto(workspace));
    this.#self = new DaemonMethods({ ...parts, auto: this.auto }, access, this.#policy);
    this.#folder = new JournalFolder(branches, access.turn);
    this.#merging = new MergeMethods(access);
    this.#reviewing = new ReviewMethods(access);
    const { mount, source } = parts.config;
    this.#apply = new ApplyMethods({ ...access, source, mount });
    this.#refresh = new RefreshMethods(access);
    const work = new KnownWork(journal);
    const commits = this.#commits = new CommitFinder(background, work);
    this.#history = new HistoryMethods({ ...access, commits });
    const eventLog = eventLogPath(parts.config.workspace);
    this.#looking = new HistoryViewMethods({ ...access, commits, work, eventLog });
    const takeBackApply: UndoParts["takeBackApply"] = (...what) => this.#apply.takeBack(...what);
    this.#undoing = new UndoMethods({ ...access, commits, work, takeBackApply });
    const nameOf = (number: number) => branches.nameOfNumber(number);
    const { sessions: cgroups, routing } = parts;
    const sessions = {
      ...access,
      fs,
      background,
      authority,
      nameOf,
      invalidation: parts.invalidation,
      watchers: parts.watchers,
      sessions: cgroups,
      routing,
    };
    const onSession = async (cgroup: number, branch: string | null, session: number) =>
      await parts.telemetry?.watch({ cgroup, branch, session });
    this.#sessions = new SessionMethods({ ...sessions, onSession });
    this.#branching = new BranchMethods({
      ...access,
      branches,
      authority,
      mount,
      sessions: this.#sessions,
      events: parts.events,
      temporary: new TemporaryBranches(join(parts.config.workspace, "temporary.json")),
    });
    this.#maintenance = new Maintenance({
      fs,
      background,
      turn: (what, job) => this.#turns.take(what, job),
      activity: () => counters.reduce((sum, count) => sum + count, 0),
      collecting: (collect) => tellCompacted(background, () => this.checkpointNames(), collect),
      idleMs: parts.config.gcIdleMs,
    });
  }

  /** Who carries out each method of the protocol. */
  readonly service: Service = {
    status: (p) => this.#self.status(p),
    checkpoint: (p) => this.#history.checkpoint(p),
    rollback: (p) => this.#history.rollback(p),
    log: (p) => this.#looking.log(p),
    show: (p) => this.#looking.show(p),
    diff: (p) => this.#looking.diff(p),
    prepareExport: (p) => this.#looking.prepareExport(p),
    restore: (p) => this.#history.restore(p),
    undo: (p) => this.#undoing.undo(p),
    redo: (p) => this.#undoing.redo(p),
    createBranch: (p) => this.#branching.create(p),
    deleteBranch: (p) => this.#branching.delete(p),
    renameBranch: (p) => this.#rename(p),
    listBranches: () => this.#branching.list(),
    showBranch: (p) => this.#branching.show(p),
    merge: (p) => this.#merging.merge(p),
    continueMerge: (p) => this.#merging.continue(p),
    review: (p) => this.#reviewing.review(p),
    take: (p) => this.#reviewing.take(p),
    abortMerge: (p) => this.#merging.abort(p),
    refresh: (p) => this.#refresh.refresh(p),
    apply: (p) => this.#applied(this.#apply.apply(p)),
    reviewApply: (p) => this.#apply.reviewApply(p),
    continueApply: (p) => this.#apply.continueApply(p),
    abortApply: (p) => this.#apply.abortApply(p),
    registerRun: () => Promise.reject(unknownCaller()),
    registerSession: (p) => this.#sessions.register(p),
    unregisterSession: (p) => this.#sessions.unregister(p),
    switchSession: (p) => this.#sessions.switch(p),
    listSessions: () => Promise.resolve(this.#sessions.list()),
    installPolicy: (p) => this.#policy.install(p),
    removePolicy: () => this.#policy.remove(),
    showPolicy: () => this.#policy.show(),
    testPolicy: (p) => this.#policy.test(p),
    listDenials: () => this.#policy.denials(),
    addFilter: (p) => this.#filters.add(p),
    listFilters: () => Promise.resolve(this.#filters.list()),
    removeFilter: (p) => this.#filters.remove(p),
    audit: (p) => this.#telemetry.audit(p),
    watchDirectories: (p) => this.#watching.watch(p),
    unwatchDirectories: (p) => this.#watching.unwatch(p),
    showTelemetry: () => this.#telemetry.show(),
    verify: (p) => this.#maintenance.verify(p),
    gc: (p) => this.#gc(p),
    storeStats: () => this.#storeStats(),
    memory: (p) => this.#self.memory(p),
    compareSource: (p) => this.#compareSource(p),
    subscribe: () => Promise.reject(noStream()),
    auto: (p) => this.#self.auto(p),
    tasks: () => this.#self.tasks(),
    restart: () => this.#self.restart(),
    stop: (p) => this.#self.stop(p),
  };

  /**
   * The same, for processes that are known.
   *
   * @param begin takes events to the one who asks for them; else they are refused
   */
  serviceFor(
    callers: readonly number[],
    begin: ((events: EventStream) => void) | null = null,
  ): Service {
    return {
      ...this.service,
      ...(begin === null ? {} : { subscribe: (p) => this.#subscribe(p, begin) }),
      createBranch: (p) => this.#branching.create(p, callers),
      deleteBranch: (p) => this.#branching.delete(p, callers),
    };
  }

  /** What is refused is told: also what is refused before it comes here. */
  telling(service: Service): Service {
    return tellingRefusals(service, this.parts.events);
  }

  /** What the rules say of an operation on a path of the main branch, without asking filters. */
  judge(path: string, operation: number): { verdict: Verdict; rule: string | null } {
    return this.#policy.judge(path, operation);
  }

  /** Names of the branches that were made from the one that a view shows. */
  async childrenOfView(view: number): Promise<string[]> {
    const name = this.branchOfView(view);
    return name === null ? [] : await this.parts.branches.descendants(name);
  }

  /** The fs thread captured by itself what a view shows. */
  captured(view: number, capture: TakenCapture): void {
    const branch = this.parts.branches.ofView(view);
    if (branch !== null) this.auto.captured(branch, capture);
  }

  /** Called every now and then: folds journals in which there is much. */
  async foldJournals(): Promise<void> {
    if (!this.#self.isStopping) await this.#folder.foldLong();
  }

  /** Called every now and then: branches whose processes have ended go. */
  async deleteLeftBranches(): Promise<void> {
    if (this.#self.isStopping || this.parts.branches.main === null) return;
    await this.#branching.deleteLeft();
  }

  /** Called every now and then: collects garbage while nobody needs the machine. */
  async collectWhenIdle(): Promise<void> {
    if (this.#self.isStopping || this.parts.branches.main === null) return;
    await this.#maintenance.collectWhenIdle();
  }

  /** Number of the view of a branch, opened if it is not. */
  async branchView(name: string): Promise<number> {
    return (await this.openBranch(name)).view;
  }

  /** After the import. Throws `unknown_branch`. */
  async openBranch(name = MAIN): Promise<Branch> {
    await this.parts.imported.finished();
    return await this.parts.branches.get(name);
  }

  branchOfView(view: number): string | null {
    return this.parts.branches.nameOfView(view);
  }

  /** Number of the view of the checkpoint that `ref` means on main, opened if it is not. */
  async checkpointView(ref: string): Promise<number> {
    const commit = await this.#commits.resolve(await this.openBranch(), ref);
    return await this.parts.branches.checkpoint(commit);
  }

  /** Names by which `.agentvfs/checkpoints` lists what main's log does: labels, where they can be file names, or ids. */
  async checkpointNames(): Promise<string[]> {
    const { entries } = await this.service.log({});
    return [...new Set(entries.filter(({ compacted }) => !compacted).map(checkpointName))];
  }

  async #rename(p: Params<"renameBranch">): ReturnType<Service["renameBranch"]> {
    const renamed = await this.#branching.rename(p);
    this.parts.journal.renamed(p.name, p.to);
    return renamed;
  }

  async #subscribe(
    p: Params<"subscribe">,
    begin: (events: EventStream) => void,
  ): Promise<Result<"subscribe">> {
    if (p.branch !== undefined) await this.openBranch(p.branch);
    const { report, events } = this.parts.events.subscribe(p);
    begin(events);
    return report;
  }

  /** The project became what the branch is. */
  async #applied(applying: Promise<ApplyReport>): Promise<ApplyReport> {
    const report = await applying;
    const { branch, id, label, changed } = { label: null, ...report };
    if (id !== null) this.parts.events.publish({ kind: "apply", branch, id, label, changed });
    return report;
  }

  async #gc(p: Params<"gc">): Promise<GcReport> {
    await this.parts.imported.finished();
    if (!p.dryRun) await this.#folder.foldAll();
    return await this.#maintenance.gc(p);
  }

  async #compareSource({ branch: name }: Params<"compareSource">): Promise<SourceReport> {
    const { background, branches, config } = this.parts;
    // While the project is imported there is nothing to wait for.
    const branch = name === undefined || name === MAIN
      ? branches.main
      : await this.openBranch(name);
    return await sourceReport(background, config.workspace, branch);
  }

  async #storeStats(): Promise<StoreStatsReport> {
    await this.parts.imported.finished();
    return await this.#maintenance.storeStats();
  }

  async #turn<T>(what: string, job: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.take(what, job);
    } catch (error) {
      throw serviceError(error);
    }
  }
}

function noStream(): ServiceError {
  return new ServiceError("no_stream", "Events are told on the control socket only", {
    exit: 2,
    hint: "Connect to it, and send the request there",
  });
}

function unknownCaller(): ServiceError {
  return new ServiceError(
    "denied",
    "Only a process that can be told by the socket can begin a run",
  );
}
