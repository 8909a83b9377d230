/**
 * Cgroups, where the system has them: which see which branches, and those of runs.
 *
 * @module
 */

import { load } from "../../host/pick.ts";
import type { ServedSessions } from "./linux_cgroups.ts";

const NONE = { canTakeSessions: () => false, keptSessions: () => null, runCgroupOf: () => null };

export const { canTakeSessions, keptSessions, runCgroupOf } = await load<{
  /** Whether this machine has the cgroups for it. */
  canTakeSessions(): boolean;
  /** Sessions, as they are kept at `path`; null where there can be none. */
  keptSessions(path: string): ServedSessions | null;
  /** Id of the run's own cgroup that a process is in, or below of; null if it is in none. */
  runCgroupOf(pid: number): number | null;
}>({
  linux: () => import("./linux_cgroups.ts"),
  macos: () => Promise.resolve(NONE),
  windows: () => Promise.resolve(NONE),
});
