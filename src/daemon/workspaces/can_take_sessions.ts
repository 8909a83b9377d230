/**
 * What mounts need to take sessions by cgroup.
 *
 * @module
 */

import { unifiedRoot } from "../../views/cgroup_sessions.ts";

/** Whether this machine has the cgroups for it. */
export function canTakeSessions(): boolean {
  return unifiedRoot() !== null;
}
