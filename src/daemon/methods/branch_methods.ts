/**
 * The service's methods about branches.
 *
 * @module
 */

import { join } from "node:path";
import type { Params } from "../../control/methods.ts";
import type {
  BranchReport,
  DeleteBranchReport,
  ListBranchesReport,
} from "../../control/service/branches.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { BranchState } from "../../history/refs/branch_table.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import type { Authority } from "../branches/authority.ts";
import type { WorkspaceEvents } from "../events/workspace_events.ts";
import { type Branch, safetyCommit } from "../branches/branch.ts";
import type { TemporaryBranches } from "../branches/temporary_branches.ts";
import { type Branches, MAIN } from "../branches/branches.ts";
import type { BranchAccess } from "./branch_access.ts";
import type { SessionMethods } from "./session_methods.ts";
import { ancestry } from "../../host/processes.ts";
import { listUsers, type MountUser } from "../../host/mount_users.ts";
import { headReport } from "../threads/reports.ts";
import { serviceError } from "../threads/service_errors.ts";

export interface BranchMethodsParts extends BranchAccess {
  readonly branches: Branches;
  readonly authority: Authority;
  readonly sessions: SessionMethods;
  readonly events: WorkspaceEvents;
  readonly temporary: TemporaryBranches;
  /** Mountpoint. */
  readonly mount: string;
}

export class BranchMethods {
  constructor(readonly parts: BranchMethodsParts) {}

  /** `callers`: processes that ask for it. */
  async create(
    { name, from = MAIN, parent, temporary: isTemporary = false }: Params<"createBranch">,
    callers: readonly number[] = [],
  ): Promise<BranchReport> {
    const { branches, temporary, turn } = this.parts;
    await this.parts.branch(MAIN);
    return await turn("branch create", async () => {
      const of = parent === undefined ? null : await this.parts.branch(parent);
      const start = await this.#start(from, parent);
      if (await this.parts.background.call("branch", name) === null) {
        // Noted first: whatever dies then, the branch goes.
        if (!isTemporary) temporary.forget(name);
        else if (!temporary.add(name, callers)) throw unknownOwner();
      }
      const state = await branches.create(name, start, of);
      const report = await this.#report(state);
      const { id, label } = report.head;
      this.parts.events.publish({ kind: "branch-created", branch: name, id, label });
      return report;
    });
  }

  /** `callers`: processes that ask for it. They, and those that they were started by, may stand in it, as in a shell. */
  async delete(
    { name, force = false }: Params<"deleteBranch">,
    callers: readonly number[] = [],
  ): Promise<DeleteBranchReport> {
    const branch = await this.#other(name, "delete");
    return await this.parts.turn("branch delete", async () => {
      if (!force) await this.#checkUnused(branch, callers);
      if (await branch.isChanged()) {
        const message = `before branch ${name} is deleted`;
        await branch.save(safetyCommit(message));
      }
      await this.parts.sessions.removeOf(branch);
      await this.parts.branches.delete(branch);
      this.parts.temporary.forget(name);
      const { id } = branch.head;
      this.parts.events.publish({ kind: "branch-deleted", branch: name, id });
      return { name, head: id };
    });
  }

  async rename({ name, to }: Params<"renameBranch">): Promise<BranchReport> {
    const branch = await this.#other(name, "rename");
    return await this.parts.turn("branch rename", async () => {
      const users = await this.parts.branches.boundToName(branch);
      if (users.length > 0) throw inUse(branch, users, "End them, then rename it");
      await this.parts.branches.rename(branch, to);
      this.parts.temporary.forget(name);
      this.parts.events.publish({ kind: "branch-renamed", branch: to, oldBranch: name });
      return await this.#reportOf(to);
    });
  }

  async list(): Promise<ListBranchesReport> {
    await this.parts.branch(MAIN);
    const states = await this.parts.background.call("branches", null);
    const order = [...states].sort((a, b) => a.created - b.created || a.number - b.number);
    const branches: BranchReport[] = [];
    for (const state of order) branches.push(await this.#report(state));
    return { branches };
  }

  async show({ name }: Params<"showBranch">): Promise<BranchReport> {
    await this.parts.branch(name);
    return await this.#reportOf(name);
  }

  /** Deletes the branches whose processes have ended. What was never made is forgotten. */
  async deleteLeft(): Promise<void> {
    const { temporary } = this.parts;
    for (const name of temporary.left) {
      await this.delete({ name, force: true }).catch((error) => {
        if (error.code !== "unknown_branch") throw error;
        temporary.forget(name);
      });
    }
  }

  /** What a new branch starts with. */
  async #start(from: string, branch = MAIN): Promise<Branch | CommitInfo> {
    const { background } = this.parts;
    const isBranch = await background.call("branch", from) !== null;
    if (isBranch) return await this.parts.branch(from);
    return await background.call("resolve", { branch, ref: from }).catch((error) => {
      throw serviceError(error);
    });
  }

  /** A branch that can be deleted or renamed. */
  async #other(name: string, what: string): Promise<Branch> {
    if (name !== MAIN) return await this.parts.branch(name);
    throw new ServiceError("main_branch", `Cannot ${what} ${MAIN}: it is what the mount shows`);
  }

  /** Throws `branch_in_use`. */
  async #checkUnused(branch: Branch, callers: readonly number[]): Promise<void> {
    const [session] = this.parts.sessions.of(branch);
    if (session !== undefined) {
      const message = `Branch ${branch.name} is in use by the session of ${session.cgroup}`;
      throw new ServiceError("branch_in_use", message, {
        hint: `agentvfs session unregister --id ${session.id}, or delete with --force`,
        details: { sessions: [session] },
      });
    }
    const asking = new Set(callers.flatMap((pid) => [...ancestry(pid)].map(({ pid }) => pid)));
    const inMount = await this.parts.branches.users(branch, asking);
    const runs = this.parts.authority.list().filter((session) => session.branch === branch.name);
    const users = [...runs.map(({ pid, command }) => ({ pid, command })), ...inMount];
    if (users.length > 0) throw inUse(branch, users, "End them, or delete with --force");
  }

  async #reportOf(name: string): Promise<BranchReport> {
    return await this.#report((await this.parts.background.call("branch", name))!);
  }

  async #report(state: BranchState): Promise<BranchReport> {
    const { branches, background, mount } = this.parts;
    const { name, number, parent, created } = state;
    const head = await background.call("commitInfo", state.head!);
    const counts = parent === null ? null : await background.call("aheadBehind", { name, parent });
    return {
      name,
      number,
      parent,
      created: new Date(created).toISOString(),
      head: headReport(head),
      ahead: counts?.ahead ?? null,
      behind: counts?.behind ?? null,
      dirty: await branches.isDirty(state, head),
      path: name === MAIN ? mount : join(mount, VIRTUAL_NAME, "branches", name),
    };
  }
}

function inUse({ name }: Branch, users: readonly MountUser[], hint: string): ServiceError {
  return new ServiceError("branch_in_use", `Branch ${name} is in use by ${listUsers(users)}`, {
    hint,
    details: { processes: users },
  });
}

function unknownOwner(): ServiceError {
  return new ServiceError(
    "denied",
    "Only a process that can be told can have a branch that goes with it",
  );
}
