/**
 * What works on branches when a server takes over: sessions, and runs.
 *
 * @module
 */

import type { CgroupSessions } from "../../views/cgroup_sessions.ts";
import { runCgroupOf } from "../adapter/cgroups.ts";
import type { Watched } from "../telemetry/messages.ts";
import type { Branches } from "./branches.ts";
import type { RunSessions } from "./run_sessions.ts";

export function watchedProcesses(
  sessions: CgroupSessions | null,
  { running }: RunSessions,
  branches: Branches,
  /** The project's own path, at which runs see their branch. */
  source: string,
): Watched[] {
  const nameOf = (number: number) => branches.nameOfNumber(number) ?? "";
  return [
    ...(sessions?.all ?? []).map(({ id, cgroup, branch }) => ({
      cgroup,
      branch: nameOf(branch),
      session: id,
    })),
    ...running.map(({ branch, program: { pid } }) => {
      const cgroup = runCgroupOf(pid);
      const work = { branch: nameOf(branch), place: source, session: pid };
      return cgroup === null ? { pid, ...work } : { cgroup, ...work };
    }),
  ];
}
