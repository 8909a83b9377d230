/**
 * The service's methods about sessions: which cgroups see which branches at the mountpoint.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import { displayString } from "../../../ffi/binary_string.ts";
import type {
  CgroupSessionReport,
  ListSessionsReport,
  RoutingReport,
} from "../../control/service/sessions.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { CgroupSession } from "../../views/cgroup_sessions.ts";
import type { ServedSessions } from "../adapter/linux_cgroups.ts";
import type { Authority } from "../branches/authority.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch } from "../branches/branch.ts";
import type { FsClient } from "../fs_thread/fs_client.ts";
import type { BranchAccess } from "./branch_access.ts";
import type { PendingInvalidation } from "../watchers/pending_invalidation.ts";
import type { BranchWatchers } from "../watchers/watchers.ts";
import type { RoutingState } from "../threads/messages.ts";

export interface SessionMethodsParts extends Pick<BranchAccess, "branch" | "turn"> {
  readonly fs: FsClient;
  readonly watchers: BranchWatchers;
  readonly background: BackgroundClient;
  readonly invalidation: PendingInvalidation;
  readonly authority: Authority;
  /** The processes of a cgroup, by its id, are a session on a branch from now on, or none. */
  readonly onSession: (cgroup: number, branch: string | null, id: number) => Promise<void>;
  /** Null if the mount is not routed. */
  readonly sessions: ServedSessions | null;
  readonly routing: RoutingState | null;
  /** Name of the branch with that number; null if it was deleted. */
  nameOf(number: number): string | null;
}

export class SessionMethods {
  constructor(readonly parts: SessionMethodsParts) {}

  async register(p: Params<"registerSession">): Promise<CgroupSessionReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("session register", async () => {
      const session = this.#sessions.register(p.cgroup, branch.number, p.id);
      await this.#announce();
      await this.parts.onSession(session.cgroup, branch.name, session.id);
      return this.#report(session);
    });
  }

  async unregister(p: Params<"unregisterSession">): Promise<CgroupSessionReport> {
    return await this.parts.turn("session unregister", async () => {
      const session = this.#sessions.unregister(p);
      const report = this.#report(session);
      await this.#announce();
      await this.parts.onSession(session.cgroup, null, session.id);
      return report;
    });
  }

  /** Its processes see another branch from now on. */
  async switch(p: Params<"switchSession">): Promise<CgroupSessionReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("branch switch", async () => {
      const { path, id, branch: before } = this.#sessions.find(p);
      const directory = this.#sessions.root + displayString(path);
      const session = this.#sessions.register(directory, branch.number, id);
      await this.#announce();
      await this.parts.onSession(session.cgroup, branch.name, session.id);
      const left = this.parts.nameOf(before);
      if (left !== null) await this.#tell(await this.parts.branch(left), branch);
      return this.#report(session);
    });
  }

  /** Who watches hears of what differs between the branches. */
  async #tell(from: Branch, to: Branch): Promise<void> {
    const { fs, background, watchers } = this.parts;
    if (await watchers.look() === null) return;
    const { changes } = await background.call("diff", {
      from: await from.snapshot(),
      to: await to.snapshot(),
      patch: false,
    });
    const differences = changes.map(({ path, before, after, status, details }) => ({
      path,
      was: before?.mode ?? 0,
      is: after?.mode ?? 0,
      isEmpty: after === null || after.size === 0,
      isSame: status === "M" && !details.includes("content") && !details.includes("target"),
    }));
    await watchers.tell(to, await fs.callView(to.view, "differ", differences));
  }

  list(): ListSessionsReport {
    const { sessions, authority } = this.parts;
    const cgroups = (sessions?.all ?? []).map((session) => this.#report(session));
    return { sessions: [...authority.list(), ...cgroups], routing: this.routing };
  }

  get routing(): RoutingReport | null {
    return this.parts.routing;
  }

  /** Those of a branch. */
  of({ number }: Branch): CgroupSessionReport[] {
    const all = this.parts.sessions?.all ?? [];
    return all.filter(({ branch }) => branch === number).map((session) => this.#report(session));
  }

  /** A branch is about to be deleted. */
  async removeOf({ number }: Branch): Promise<void> {
    const { sessions } = this.parts;
    if (sessions === null || !sessions.all.some(({ branch }) => branch === number)) return;
    sessions.removeOf(number);
    await this.#announce();
  }

  get #sessions(): ServedSessions {
    const { sessions } = this.parts;
    if (sessions !== null) return sessions;
    throw new ServiceError("not_routed", "This mount shows everybody the same branch", {
      exit: 2,
      hint: "Start it to be routed by cgroup: agentvfs stop, then agentvfs quickstart --cgroups; " +
        "or use agentvfs run, which needs no cgroup",
    });
  }

  /** Tells the mount, and makes the kernel forget what it knows of trees that were not seen by cgroup before. */
  async #announce(): Promise<void> {
    const { fs, background, branch, nameOf, invalidation } = this.parts;
    const { all } = this.#sessions;
    const routed = await Promise.all(all.map(async ({ id, cgroup, path, branch: number }) => {
      const { view } = await branch(nameOf(number)!);
      return { id, cgroup, path, view };
    }));
    await invalidation.during(async () => {
      const forgotten = await fs.call("route", routed);
      if (forgotten.length > 0) await background.call("invalidateAll", forgotten);
    });
  }

  #report({ id, path, branch }: CgroupSession): CgroupSessionReport {
    const cgroup = this.#sessions.root + displayString(path);
    const name = this.parts.nameOf(branch) ?? "";
    return { kind: "cgroup", id, cgroup, branch: name, processes: this.#sessions.countOf(cgroup) };
  }
}
