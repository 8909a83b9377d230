/**
 * Cgroups of Linux, second version.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";
import { type CgroupSession, CgroupSessions, unifiedRoot } from "../../views/cgroup_sessions.ts";
import { ViewError } from "../../views/view_error.ts";

export { runCgroupOf } from "../../views/run_cgroup.ts";

export function canTakeSessions(): boolean {
  return unifiedRoot() !== null;
}

export function keptSessions(path: string): ServedSessions | null {
  const root = unifiedRoot();
  return root === null ? null : new ServedSessions(path, root);
}

/** Sessions as the service has them: what it throws is a {@linkcode ServiceError}. */
export class ServedSessions extends CgroupSessions {
  override register(directory: string, branch: number, id?: number): CgroupSession {
    return attempt(() => super.register(directory, branch, id));
  }

  override find(which: { readonly cgroup?: string; readonly id?: number }): CgroupSession {
    return attempt(() => super.find(which));
  }

  /** Processes in a cgroup and those below it; 0 if it is gone. */
  countOf(directory: string): number {
    try {
      let count = Deno.readTextFileSync(`${directory}/cgroup.procs`).split("\n").length - 1;
      for (const { name, isDirectory } of Deno.readDirSync(directory)) {
        if (isDirectory) count += this.countOf(`${directory}/${name}`);
      }
      return count;
    } catch {
      return 0;
    }
  }
}

function attempt<T>(job: () => T): T {
  try {
    return job();
  } catch (error) {
    if (!(error instanceof ViewError)) throw error;
    const { code, message, hint, exit } = error;
    throw new ServiceError(code, message, {
      exit: exit === 2 ? 2 : 1,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
