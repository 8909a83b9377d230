/**
 * The service a daemon offers, put together from the methods of each group.
 *
 * @module
 */

import type { Service } from "../../control/service.ts";
import type {
  BranchReport,
  CreateBranchParams,
  DeleteBranchParams,
  DeleteBranchReport,
  ListBranchesReport,
  RenameBranchParams,
  ShowBranchParams,
} from "../../control/service/branches.ts";
import type {
  MemoryParams,
  MemoryReport,
  RestartReport,
  SourceReport,
  StatusReport,
  StopParams,
  StopReport,
  TasksReport,
} from "../../control/service/daemon.ts";
import type {
  BranchParams,
  CheckpointParams,
  CheckpointReport,
  DiffParams,
  DiffReport,
  LogParams,
  LogReport,
  RestoreParams,
  RollbackParams,
  RollbackReport,
  ShowParams,
  ShowReport,
} from "../../control/service/history.ts";
import type { MergeParams, MergeReport } from "../../control/service/merge.ts";
import type {
  CgroupSessionReport,
  ListSessionsReport,
  RegisterRunParams,
  RegisterSessionParams,
  RunReport,
  SwitchSessionParams,
  UnregisterSessionParams,
} from "../../control/service/sessions.ts";
import type { CgroupSessions } from "../../views/cgroup_sessions.ts";
import { SessionMethods } from "../methods/session_methods.ts";
import type {
  GcParams,
  GcReport,
  StoreStatsReport,
  VerifyParams,
  VerifyReport,
} from "../../control/service/store.ts";
import { ServiceError } from "../../control/service_error.ts";
import { NAME_MAX } from "../../tree/working_tree.ts";
import type { Authority } from "../branches/authority.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";
import { BranchMethods } from "../methods/branch_methods.ts";
import { MAIN } from "../branches/branches.ts";
import { DaemonMethods, type ServerParts } from "../methods/daemon_methods.ts";
import { type BranchAccess, HistoryMethods } from "../methods/history_methods.ts";
import { JournalFolder } from "./journal_folder.ts";
import { Maintenance } from "../methods/maintenance.ts";
import { MergeMethods } from "../methods/merge_methods.ts";
import { serviceError } from "../threads/service_errors.ts";
import { sourceReport } from "../methods/source_report.ts";
import { Turns } from "../branches/turns.ts";

export interface DaemonParts extends ServerParts {
  readonly background: BackgroundClient;
  readonly authority: Authority;
  /** By cgroup; null if the mount is not routed. */
  readonly sessions: CgroupSessions | null;
}

export class Daemon implements Service {
  readonly #turns = new Turns();
  readonly #self: DaemonMethods;
  readonly #maintenance: Maintenance;
  readonly #folder: JournalFolder;
  readonly #history: HistoryMethods;
  readonly #branching: BranchMethods;
  readonly #sessions: SessionMethods;
  readonly #merging: MergeMethods;

  constructor(readonly parts: DaemonParts) {
    const { fs, background, counters, branches, authority } = parts;
    const access: BranchAccess = {
      background,
      branch: (name) => this.openBranch(name),
      turn: (what, job) => this.#turn(what, job),
    };
    this.#self = new DaemonMethods(parts, access);
    this.#folder = new JournalFolder(branches, access.turn);
    this.#history = new HistoryMethods(access);
    this.#merging = new MergeMethods(access);
    const { mount } = parts.config;
    const nameOf = (number: number) => branches.nameOfNumber(number);
    const { sessions: cgroups, routing } = parts;
    const sessions = { ...access, fs, background, authority, nameOf, sessions: cgroups, routing };
    this.#sessions = new SessionMethods(sessions);
    this.#branching = new BranchMethods({
      ...access,
      branches,
      authority,
      mount,
      sessions: this.#sessions,
    });
    this.#maintenance = new Maintenance({
      fs,
      background,
      turn: (what, job) => this.#turns.take(what, job),
      activity: () => counters.reduce((sum, count) => sum + count, 0),
      idleMs: parts.config.gcIdleMs,
    });
  }

  status(p: BranchParams): Promise<StatusReport> {
    return this.#self.status(p);
  }

  checkpoint(p: CheckpointParams): Promise<CheckpointReport> {
    return this.#history.checkpoint(p);
  }

  rollback(p: RollbackParams): Promise<RollbackReport> {
    return this.#history.rollback(p);
  }

  restore(p: RestoreParams): Promise<RollbackReport> {
    return this.#history.restore(p);
  }

  undo(p: BranchParams): Promise<RollbackReport> {
    return this.#history.undo(p);
  }

  redo(p: BranchParams): Promise<RollbackReport> {
    return this.#history.redo(p);
  }

  log(p: LogParams): Promise<LogReport> {
    return this.#history.log(p);
  }

  show(p: ShowParams): Promise<ShowReport> {
    return this.#history.show(p);
  }

  diff(p: DiffParams): Promise<DiffReport> {
    return this.#history.diff(p);
  }

  verify(p: VerifyParams): Promise<VerifyReport> {
    return this.#maintenance.verify(p);
  }

  async gc(p: GcParams): Promise<GcReport> {
    await this.parts.imported.finished();
    if (!p.dryRun) await this.#folder.foldAll();
    return await this.#maintenance.gc(p);
  }

  async storeStats(): Promise<StoreStatsReport> {
    await this.parts.imported.finished();
    return await this.#maintenance.storeStats();
  }

  /** Called every now and then: folds journals in which there is much. */
  async foldJournals(): Promise<void> {
    if (!this.#self.isStopping) await this.#folder.foldLong();
  }

  /** Called every now and then: collects garbage while nobody needs the machine. */
  async collectWhenIdle(): Promise<void> {
    if (this.#self.isStopping || this.parts.branches.main === null) return;
    await this.#maintenance.collectWhenIdle();
  }

  memory(p: MemoryParams): Promise<MemoryReport> {
    return this.#self.memory(p);
  }

  compareSource(): Promise<SourceReport> {
    return sourceReport(this.parts.background, this.parts.config.workspace);
  }

  tasks(): Promise<TasksReport> {
    return this.#self.tasks();
  }

  restart(): Promise<RestartReport> {
    return this.#self.restart();
  }

  stop(p: StopParams): Promise<StopReport> {
    return this.#self.stop(p);
  }

  createBranch(p: CreateBranchParams): Promise<BranchReport> {
    return this.#branching.create(p);
  }

  deleteBranch(p: DeleteBranchParams): Promise<DeleteBranchReport> {
    return this.#branching.delete(p);
  }

  renameBranch(p: RenameBranchParams): Promise<BranchReport> {
    return this.#branching.rename(p);
  }

  listBranches(): Promise<ListBranchesReport> {
    return this.#branching.list();
  }

  showBranch(p: ShowBranchParams): Promise<BranchReport> {
    return this.#branching.show(p);
  }

  merge(p: MergeParams): Promise<MergeReport> {
    return this.#merging.merge(p);
  }

  continueMerge(p: BranchParams): Promise<CheckpointReport> {
    return this.#merging.continue(p);
  }

  abortMerge(p: BranchParams): Promise<RollbackReport> {
    return this.#history.abortMerge(p);
  }

  registerRun(_: RegisterRunParams): Promise<RunReport> {
    return Promise.reject(
      new ServiceError("denied", "Only a process that can be told by the socket can begin a run"),
    );
  }

  registerSession(p: RegisterSessionParams): Promise<CgroupSessionReport> {
    return this.#sessions.register(p);
  }

  unregisterSession(p: UnregisterSessionParams): Promise<CgroupSessionReport> {
    return this.#sessions.unregister(p);
  }

  switchSession(p: SwitchSessionParams): Promise<CgroupSessionReport> {
    return this.#sessions.switch(p);
  }

  listSessions(): Promise<ListSessionsReport> {
    return Promise.resolve(this.#sessions.list());
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
    return await this.parts.branches.checkpoint(await this.#history.resolve(ref));
  }

  /** Names by which `.agentvfs/checkpoints` lists what main's log does: labels, where they can be file names, or ids. */
  async checkpointNames(): Promise<string[]> {
    const { entries } = await this.log({});
    const names = entries.filter(({ compacted }) => !compacted)
      .map(({ id, label }) => label === null || !isFileName(label) ? id.slice(0, 12) : label);
    return [...new Set(names)];
  }

  async #turn<T>(what: string, job: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.take(what, job);
    } catch (error) {
      throw serviceError(error);
    }
  }
}

function isFileName(label: string): boolean {
  return !/[/\0\n]/.test(label) && label !== "." && label !== ".." &&
    new TextEncoder().encode(label).length <= NAME_MAX;
}
