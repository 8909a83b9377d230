/**
 * Whether this process may make cgroups below its own: runs have one each, and sessions are told by them.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

const ROOT = "/sys/fs/cgroup";

export async function cgroupDelegation(machine: Machine): Promise<Check | null> {
  if (machine.uid === 0 || !await machine.exists(`${ROOT}/cgroup.controllers`)) return null;
  const own = /^0::(\/.*)$/m.exec(await machine.text("/proc/self/cgroup") ?? "")?.[1];
  if (own === undefined) return null;
  const owner = (await machine.stat(ROOT + own))?.uid;
  if (owner === undefined || owner === machine.uid) return null;
  return {
    name: "delegation",
    state: "ok",
    found:
      `the cgroup ${own} is not yours: what a run starts is not counted, and no sessions by cgroup`,
    fix: "systemd-run --user --scope -p Delegate=yes bash, and agentvfs in there",
  };
}
