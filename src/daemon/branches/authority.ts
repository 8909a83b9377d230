/**
 * What a process may ask the daemon: everything, or, from inside a run or a session, what concerns its own branch.
 *
 * It is decided by what the kernel says of the process, never by what the process says of itself.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { PeerCredentials } from "../../host/peers.ts";
import { branchService } from "../../control/branch_service.ts";
import type { Service } from "../../control/service.ts";
import type { RunReport, RunSessionReport } from "../../control/service/sessions.ts";
import { ServiceError } from "../../control/service_error.ts";
import { commandOf } from "../../host/processes.ts";
import type { CgroupSessions } from "../../views/cgroup_sessions.ts";
import type { RunSessions } from "./run_sessions.ts";
import type { Branch } from "./branch.ts";

export interface AuthorityParts {
  readonly runs: RunSessions;
  /** A process and those that it starts are a run on a branch from now on. Resolves when everybody knows. */
  readonly onRun: (pid: number, branch: string) => Promise<void>;
  /** By cgroup; null if the mount is not routed. */
  readonly sessions: CgroupSessions | null;
  /** Opens a branch, after the import. */
  branch(name: string): Promise<Branch>;
  /** Name of the branch with that number; null if it was deleted. */
  nameOf(number: number): string | null;
}

export class Authority {
  constructor(readonly parts: AuthorityParts) {}

  /** `service` as far as each of the peers, of which one is the client, may use it. Throws {@linkcode ServiceError} `denied`. */
  serviceFor(service: Service, peers: readonly PeerCredentials[]): Service {
    const branches = new Set(peers.map((peer) => this.#branchOf(peer)));
    const [branch, another] = branches;
    if (branch === undefined || another !== undefined) throw unknownPeer();
    if (branch !== null) return this.#within(service, branch, peers);
    return peers.length === 1 ? this.#withPeer(service, peers[0]!) : service;
  }

  /** What those who work on a branch may ask: a run of theirs, too, on a branch that was made from it. */
  #within(service: Service, branch: number, peers: readonly PeerCredentials[]): Service {
    const own = branchService(service, this.parts.nameOf(branch) ?? "");
    const [peer, another] = peers;
    if (peer === undefined || another !== undefined) return own;
    return {
      ...own,
      registerRun: async (p) => {
        const { branches } = await own.listBranches({});
        const isChild = branches.some(({ name, number }) => name === p.branch && number !== branch);
        return isChild ? await this.#registerRun(p, peer) : await own.registerRun(p);
      },
    };
  }

  /** Number of the branch that the process may speak for; null if it may for all. */
  #branchOf({ pid, uid }: PeerCredentials): number | null {
    if (pid === 0) throw unknownPeer();
    if (uid !== Deno.uid() && uid !== 0) {
      throw new ServiceError("denied", `The daemon belongs to user ${Deno.uid()}`);
    }
    const { runs, sessions } = this.parts;
    return runs.of(pid)?.branch ?? sessions?.of(pid)?.branch ?? null;
  }

  list(): RunSessionReport[] {
    return this.parts.runs.running.map(({ branch, program }) => ({
      kind: "run",
      branch: this.parts.nameOf(branch) ?? "",
      pid: program.pid,
      command: commandOf(program.pid),
    }));
  }

  /** The one method that is about the caller itself. */
  #withPeer(service: Service, peer: PeerCredentials): Service {
    const registerRun = (p: Params<"registerRun">) => this.#registerRun(p, peer);
    return new Proxy(service, {
      get(target, name) {
        if (name === "registerRun") return registerRun;
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  async #registerRun(
    { branch: name }: Params<"registerRun">,
    peer: PeerCredentials,
  ): Promise<RunReport> {
    const branch = await this.parts.branch(name);
    if (this.parts.runs.add(branch.number, peer.pid)) {
      await this.parts.onRun(peer.pid, name);
      return { branch: name };
    }
    throw new ServiceError(
      "bad_run",
      `Process ${peer.pid} cannot be a run: it has no mount namespace of its own`,
      { hint: "Use agentvfs run", exit: 2 },
    );
  }
}

function unknownPeer(): ServiceError {
  return new ServiceError("denied", "The kernel does not tell which process this is", {
    hint: "Try again; from inside a container, ask on the machine the daemon runs on",
  });
}
