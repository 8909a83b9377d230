/**
 * What an older kernel cannot do, and what that costs.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

/** Versions of Linux from which on something works, oldest first, and what is so before. */
const COSTS = [
  ["5.12", "each write asks whether the file is set-user-ID"],
  ["6.9", "when a server dies, or is replaced after an upgrade, its mount goes with it"],
] as const;

/** INIT with 7.31 (Linux 5.4) has what the adapter cannot do without. */
const OLDEST = "5.4";

export async function kernel(machine: Machine): Promise<Check> {
  const release = (await machine.text("/proc/sys/kernel/osrelease") ?? Deno.osRelease()).trim();
  const check = { name: "kernel", found: `Linux ${release}` };
  if (isOlder(release, OLDEST)) {
    return { ...check, state: "fail", fix: `Linux ${OLDEST} or newer is needed` };
  }
  const costs = COSTS.filter(([version]) => isOlder(release, version));
  const [newest] = costs.at(-1) ?? [null];
  if (newest === null) return { ...check, state: "ok" };
  return {
    name: check.name,
    state: "warn",
    found: `${check.found}: ${costs.map(([, cost]) => cost).join("; ")}`,
    fix: `Linux ${newest} or newer does better`,
  };
}

function isOlder(release: string, version: string): boolean {
  const [major = 0, minor = 0] = release.split(".").map((part) => parseInt(part));
  const [needMajor = 0, needMinor = 0] = version.split(".").map(Number);
  return major < needMajor || (major === needMajor && minor < needMinor);
}
