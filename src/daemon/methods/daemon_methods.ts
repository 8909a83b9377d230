/**
 * The service's methods about the daemon itself.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { Watchers } from "../watchers/watchers.ts";
import { OPCODE_NAMES } from "../../../ffi/fuse_kernel.ts";
import type { AutoCheckpoints } from "../automatic/auto_checkpoints.ts";
import {
  type AutoPolicy,
  AutoPolicyError,
  autoPolicyWords,
  parseAutoPolicy,
} from "../automatic/auto_policy.ts";
import { saveAuto } from "../automatic/saved_auto.ts";
import type {
  AutoReport,
  MemoryReport,
  RestartReport,
  StatusReport,
  StopReport,
  TasksReport,
} from "../../control/service/daemon.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import { canResend, describeConnection } from "../../mount/fuse/init.ts";
import { MAIN_VIEW } from "../../mount/views.ts";
import { type Branches, MAIN } from "../branches/branches.ts";
import { usersOf } from "../branches/users_of.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { PolicyMethods } from "./policy_methods.ts";
import type { BranchAccess } from "./branch_access.ts";
import type { ImportState } from "../background/import_state.ts";
import type { DirectoryLister } from "../adapter/caches.ts";
import { isKept } from "../adapter/keeper_bond.ts";
import { unmountOwn, UNMOUNTS_IN_USE } from "../adapter/mount_project.ts";
import type { ProcessId } from "../../host/processes.ts";
import type { RoutingState } from "../threads/messages.ts";
import { listUsers, type MountUser, useElsewhere } from "../../host/mount_users.ts";
import type { TelemetryClient } from "../telemetry/telemetry_client.ts";
import { headReport } from "../threads/reports.ts";
import { threadMemory } from "../threads/thread_memory.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";

/** The processes and threads that the daemon is made of, and what they serve. */
export interface ServerParts {
  readonly config: DaemonConfig;
  readonly keeper: ProcessId;
  /** Servers that served this mount before. */
  readonly restarts: number;
  /** Where the report of the last server that died is. */
  readonly crashReport: string | null;
  /** Ends this server so that its keeper starts another one. */
  readonly replace: () => void;
  readonly fs: FsClient;
  readonly imported: ImportState;
  readonly lister: DirectoryLister;
  readonly watchers: Watchers;
  /** Null if nothing is recorded. */
  readonly telemetry: TelemetryClient | null;
  readonly hash: "native" | "wasm";
  /** Requests answered, by opcode. */
  readonly counters: Uint32Array;
  readonly branches: Branches;
  /** How callers' cgroups are told; null if the mount is not routed by them. */
  readonly routing: RoutingState | null;
}

export interface DaemonMethodParts extends ServerParts {
  readonly auto: AutoCheckpoints;
}

export class DaemonMethods {
  readonly #started = performance.now();
  #stopping = false;

  constructor(
    readonly parts: DaemonMethodParts,
    readonly access: BranchAccess,
    readonly policy: PolicyMethods,
  ) {}

  /** True once the mount is gone. */
  get isStopping(): boolean {
    return this.#stopping;
  }

  async status(p: Params<"status">): Promise<StatusReport> {
    const { config, keeper, restarts, crashReport } = this.parts;
    const { fs, imported, hash, counters, branches } = this.parts;
    const name = p.branch ?? MAIN;
    // While the project is imported there is only main, and it can be looked at.
    const branch = name === MAIN ? branches.main : await this.access.branch(name);
    const tree = await fs.callView(branch?.view ?? MAIN_VIEW, "state", null);
    const counts: Record<string, number> = {};
    counters.forEach((count, opcode) => {
      if (count > 0) counts[OPCODE_NAMES[opcode] ?? String(opcode)] = count;
    });
    const dirty = branch === null ? tree.changed : tree.changed || branch.isAhead;
    const head = branch?.head ?? null;
    // A server whose keeper died unmounts.
    const isEnding = this.#stopping || !isKept(keeper);
    return {
      version: config.version,
      state: isEnding ? "stopping" : imported.isRunning ? "importing" : "ready",
      source: config.source,
      mount: config.mount,
      store: config.store,
      socket: config.socket,
      log: config.log,
      keeperPid: keeper.pid,
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
      routing: this.parts.routing,
      policy: this.policy.summary,
      refused: await this.policy.sentences(name),
      auto: autoPolicyWords(this.parts.auto.policy),
      rssBytes: Deno.memoryUsage().rss,
      uptimeMs: Math.round(performance.now() - this.#started),
    };
  }

  async memory({ collect = false }: Params<"memory">): Promise<MemoryReport> {
    const { fs, branches, telemetry } = this.parts;
    const { background } = this.access;
    const threads = {
      fs: await fs.call("memory", { collect }),
      background: await background.call("memory", { collect }),
      telemetry: await telemetry?.memory(collect) ?? null,
      main: threadMemory(collect, branches.counts),
    };
    return { rssBytes: Deno.memoryUsage().rss, threads };
  }

  async auto(p: Params<"auto">): Promise<AutoReport> {
    const { auto, config } = this.parts;
    if (p.policy !== undefined) {
      const policy = policyOf(p.policy);
      saveAuto(config.workspace, policy);
      await auto.set(policy);
    }
    return { policy: autoPolicyWords(auto.policy), ...auto.policy };
  }

  tasks(): Promise<TasksReport> {
    const tasks = [...this.access.background.tasks];
    return Promise.resolve({ tasks: tasks.map(([name, progress]) => ({ name, ...progress })) });
  }

  /** After what is under way, and not in the middle of a change. */
  restart(): Promise<RestartReport> {
    return this.access.turn("restart", async () => {
      const { connection } = await this.parts.fs.callView(MAIN_VIEW, "state", null);
      if (connection !== null && !canResend(connection)) {
        throw new ServiceError("no_resend", "This kernel cannot hand a mount to another server", {
          exit: 4,
          hint: "Stop the daemon and start it again; Linux 6.9 and newer can",
        });
      }
      await this.parts.watchers.end();
      // Once the answer is on its way.
      setTimeout(() => this.parts.replace(), 0);
      return { serverPid: Deno.pid };
    });
  }

  async stop({ force = false }: Params<"stop">): Promise<StopReport> {
    const { mount } = this.parts.config;
    await this.parts.lister.end();
    await this.parts.watchers.end();
    // The kernel refuses to unmount for users in this mount namespace only, or for none.
    const { users, namespaces } = await useElsewhere(mount);
    if (!force && (users.length > 0 || UNMOUNTS_IN_USE)) {
      const all = [...users, ...await this.#users()];
      if (all.length > 0) throw inUse(all);
    }
    // Where the file system lives on, the kernel would keep what programs have mapped and changed.
    await this.parts.branches.flush();
    const result = await unmountOwn(mount, force);
    if (result === "busy") throw inUse(await this.#users());
    if (result !== "unmounted") {
      throw new ServiceError("mount_busy", `Cannot unmount ${mount}: ${result.failed}`);
    }
    this.#stopping = true;
    // The kernel tells the server only where nobody holds the file system, and who does need not be known: a mount
    // namespace may have no process. What was written before an unmount came before its end.
    this.parts.fs.end();
    return { stopped: true, namespaces };
  }

  /** Who uses the mount. */
  #users(): Promise<MountUser[]> {
    const { fs, config } = this.parts;
    return usersOf(fs, { path: config.mount, view: null });
  }
}

function inUse(found: readonly MountUser[]): ServiceError {
  const users = [...new Map(found.map((user) => [user.pid, user])).values()];
  const isKnown = users.length > 0;
  const who = isKnown ? ` by ${listUsers(users)}` : "";
  return new ServiceError("mount_busy", `The mount is in use${who}`, {
    hint: `End ${isKnown ? "them" : "what uses it"} or leave the directory, or stop with --force`,
    details: { processes: users },
  });
}

function showing(branch: string, head: CommitInfo | null, dirty: boolean): string {
  if (head === null) return "the project as it is being imported";
  const name = head.label === "" ? head.id.slice(0, 12) : JSON.stringify(head.label);
  return `branch ${branch} at ${name}${dirty ? " and changes since" : ""}`;
}

function policyOf(words: string): AutoPolicy {
  try {
    return parseAutoPolicy(words);
  } catch (error) {
    if (error instanceof AutoPolicyError) {
      throw new ServiceError("bad_params", error.message, { exit: 2 });
    }
    throw error;
  }
}
