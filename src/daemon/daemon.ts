/**
 * The service a daemon offers: each method checks its parameters' meaning, waits for its turn and reports.
 *
 * @module
 */

import { OPCODE_NAMES } from "../../ffi/fuse_kernel.ts";
import type { Service } from "../control/service.ts";
import type {
  BranchReport,
  CreateBranchParams,
  DeleteBranchParams,
  DeleteBranchReport,
  ListBranchesReport,
  RenameBranchParams,
  ShowBranchParams,
} from "../control/service/branches.ts";
import type {
  RestartReport,
  StatusReport,
  StopParams,
  StopReport,
  TasksReport,
} from "../control/service/daemon.ts";
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
} from "../control/service/history.ts";
import type { MergeParams, MergeReport } from "../control/service/merge.ts";
import type { ListSessionsReport, RegisterRunParams, RunReport } from "../control/service/runs.ts";
import type {
  GcParams,
  GcReport,
  StoreStatsReport,
  VerifyParams,
  VerifyReport,
} from "../control/service/store.ts";
import { ServiceError } from "../control/service_error.ts";
import type { CommitInfo } from "../history/commit.ts";
import { canResend, describeConnection } from "../mount/linux/init.ts";
import { MAIN_VIEW } from "../mount/views.ts";
import { unmount } from "../mount/linux/unmount.ts";
import { NAME_MAX } from "../tree/working_tree.ts";
import type { Authority } from "./authority.ts";
import type { BackgroundClient } from "./background_client.ts";
import type { Branch } from "./branch.ts";
import { BranchMethods } from "./branch_methods.ts";
import { MergeMethods } from "./merge_methods.ts";
import { type Branches, MAIN } from "./branches.ts";
import type { FsClient } from "./fs_client.ts";
import { type BranchAccess, HistoryMethods } from "./history_methods.ts";
import type { ImportState } from "./import_state.ts";
import { listUsers, type MountUser, useElsewhere, usersAt } from "./mount_users.ts";
import type { DirectoryLister } from "./list_directories.ts";
import { Maintenance } from "./maintenance.ts";
import { headReport } from "./reports.ts";
import { serviceError } from "./service_errors.ts";
import { Turns } from "./turns.ts";
import type { DaemonConfig } from "./workspace.ts";

/** A journal segment with so much in it is folded into the store. */
const FOLD_BYTES = 64 * 1024 * 1024;
const FOLD_RECORDS = 50_000;

export interface DaemonParts {
  readonly config: DaemonConfig;
  readonly keeperPid: number;
  /** Servers that served this mount before. */
  readonly restarts: number;
  /** Where the report of the last server that died is. */
  readonly crashReport: string | null;
  /** Ends this server so that its keeper starts another one. */
  readonly replace: () => void;
  readonly fs: FsClient;
  readonly background: BackgroundClient;
  readonly imported: ImportState;
  readonly lister: DirectoryLister;
  readonly hash: "native" | "wasm";
  readonly counters: Uint32Array;
  readonly branches: Branches;
  readonly authority: Authority;
}

export class Daemon implements Service {
  readonly #turns = new Turns();
  readonly #started = performance.now();
  #stopping = false;

  readonly #maintenance: Maintenance;
  readonly #history: HistoryMethods;
  readonly #branching: BranchMethods;
  readonly #merging: MergeMethods;

  constructor(readonly parts: DaemonParts) {
    const { fs, background, counters, branches, authority } = parts;
    const access: BranchAccess = {
      background,
      branch: (name) => this.openBranch(name),
      turn: (what, job) => this.#turn(what, job),
    };
    this.#history = new HistoryMethods(access);
    this.#merging = new MergeMethods(access);
    const { mount } = parts.config;
    this.#branching = new BranchMethods({ ...access, branches, authority, mount });
    this.#maintenance = new Maintenance({
      fs,
      background,
      turn: (what, job) => this.#turns.take(what, job),
      activity: () => counters.reduce((sum, count) => sum + count, 0),
      idleMs: parts.config.gcIdleMs,
    });
  }

  async status(p: BranchParams): Promise<StatusReport> {
    const { config, keeperPid, restarts, crashReport } = this.parts;
    const { fs, imported, hash, counters, branches } = this.parts;
    const name = p.branch ?? MAIN;
    // While the project is imported there is only main, and it can be looked at.
    const branch = name === MAIN ? branches.main : await this.openBranch(name);
    const tree = await fs.callView(branch?.view ?? MAIN_VIEW, "state", null);
    const counts: Record<string, number> = {};
    counters.forEach((count, opcode) => {
      if (count > 0) counts[OPCODE_NAMES[opcode] ?? String(opcode)] = count;
    });
    const dirty = branch === null ? tree.changed : tree.changed || branch.isAhead;
    const head = branch?.head ?? null;
    // A server whose keeper died unmounts.
    const isEnding = this.#stopping || Deno.ppid !== keeperPid;
    return {
      version: config.version,
      state: isEnding ? "stopping" : imported.isRunning ? "importing" : "ready",
      source: config.source,
      mount: config.mount,
      store: config.store,
      socket: config.socket,
      log: config.log,
      keeperPid,
      serverPid: Deno.pid,
      restarts,
      crashReport,
      branch: name,
      head: head === null ? null : headReport(head),
      dirty,
      changes: tree.changes,
      showing: showing(name, head, dirty),
      import: imported.report(),
      unreadable: { count: tree.unreadable.count, first: [...tree.unreadable.first] },
      hash,
      counters: counts,
      caches: tree.connection === null ? {} : describeConnection(tree.connection),
      rssBytes: Deno.memoryUsage().rss,
      uptimeMs: Math.round(performance.now() - this.#started),
    };
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

  /**
   * Moves what is in the journal into the store once there is much of it, so that neither the disk nor the next
   * start pays for every byte that was ever overwritten. The branch's head stays where it is.
   */
  async foldJournal(): Promise<void> {
    if (this.#stopping) return;
    for (const branch of await this.parts.branches.open()) {
      const { changed, journalBytes, journalRecords, isSpaceSpent } = await branch.state();
      const isLong = journalBytes >= FOLD_BYTES || journalRecords >= FOLD_RECORDS;
      if (!changed || !(isLong || isSpaceSpent)) continue;
      await this.#turn("fold", () => branch.save(null));
    }
  }

  verify(p: VerifyParams): Promise<VerifyReport> {
    return this.#maintenance.verify(p);
  }

  async gc(p: GcParams): Promise<GcReport> {
    await this.parts.imported.finished();
    if (!p.dryRun) await this.#foldAll();
    return await this.#maintenance.gc(p);
  }

  /** What was deleted again since the last checkpoint is garbage too, and it is in the journals. */
  async #foldAll(): Promise<void> {
    for (const branch of await this.parts.branches.open()) {
      if (!(await branch.state()).changed) continue;
      try {
        await this.#turn("fold", () => branch.save(null));
      } catch (error) {
        // There may be room for it once the garbage of the store is gone.
        if (!(error instanceof ServiceError && error.code === "no_space")) throw error;
      }
    }
  }

  async storeStats(): Promise<StoreStatsReport> {
    await this.parts.imported.finished();
    return await this.#maintenance.storeStats();
  }

  /** Called every now and then: collects garbage while nobody needs the machine. */
  async collectWhenIdle(): Promise<void> {
    if (this.#stopping || this.parts.branches.main === null) return;
    await this.#maintenance.collectWhenIdle();
  }

  tasks(): Promise<TasksReport> {
    const tasks = [...this.parts.background.tasks];
    return Promise.resolve({ tasks: tasks.map(([name, progress]) => ({ name, ...progress })) });
  }

  /** After what is under way, and not in the middle of a change. */
  restart(): Promise<RestartReport> {
    return this.#turn("restart", async () => {
      const { connection } = await this.parts.fs.callView(MAIN_VIEW, "state", null);
      if (connection !== null && !canResend(connection)) {
        throw new ServiceError("no_resend", "This kernel cannot hand a mount to another server", {
          exit: 4,
          hint: "Stop the daemon and start it again; Linux 6.9 and newer can",
        });
      }
      // Once the answer is on its way.
      setTimeout(() => this.parts.replace(), 0);
      return { serverPid: Deno.pid };
    });
  }

  async stop({ force = false }: StopParams): Promise<StopReport> {
    const { mount } = this.parts.config;
    await this.parts.lister.end();
    // The kernel refuses to unmount for users in this mount namespace only.
    const { users, namespaces } = await useElsewhere(mount);
    if (!force && users.length > 0) throw inUse([...users, ...await usersAt(mount)]);
    const result = await unmount(mount, force);
    if (result === "busy") throw inUse(await usersAt(mount));
    if (result !== "unmounted") {
      throw new ServiceError("mount_busy", `Cannot unmount ${mount}: ${result.failed}`);
    }
    this.#stopping = true;
    // Where it is mounted still, nobody would tell the server to end.
    if (force || namespaces.length > 0) this.parts.fs.end();
    return { stopped: true, namespaces };
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

  listSessions(): Promise<ListSessionsReport> {
    return Promise.resolve({ sessions: this.parts.authority.list() });
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

function inUse(found: readonly MountUser[]): ServiceError {
  const users = [...new Map(found.map((user) => [user.pid, user])).values()];
  const who = users.length === 0 ? "" : ` by ${listUsers(users)}`;
  return new ServiceError("mount_busy", `The mount is in use${who}`, {
    hint: "End them or leave the directory, or stop with --force",
    details: { processes: users },
  });
}

function showing(branch: string, head: CommitInfo | null, dirty: boolean): string {
  if (head === null) return "the project as it is being imported";
  const name = head.label === "" ? head.id.slice(0, 12) : JSON.stringify(head.label);
  return `branch ${branch} at ${name}${dirty ? " and changes since" : ""}`;
}
