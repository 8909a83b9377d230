/**
 * Limits that are too low for what people do in a mount.
 *
 * @module
 */

import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

/** Below this many watches a dev server that watches a project of some thousand directories gets ENOSPC. */
const WATCHES_LEAST = 65_536;
const INSTANCES_LEAST = 128;
/** Packs, journals, and what is open in the mount. */
const DESCRIPTORS_LEAST = 4_096;

export async function limits(machine: Machine): Promise<Check[]> {
  const checks = await Promise.all([
    inotify(machine, "max_user_watches", WATCHES_LEAST),
    inotify(machine, "max_user_instances", INSTANCES_LEAST),
    descriptors(machine),
  ]);
  return checks.filter((check) => check !== null);
}

async function inotify(machine: Machine, name: string, least: number): Promise<Check | null> {
  const value = Number(await machine.text(`/proc/sys/fs/inotify/${name}`) ?? NaN);
  if (!(value < least)) return null;
  return {
    name: "inotify",
    state: "warn",
    found: `${name} is ${value}: who watches a large project may be refused`,
    fix: machine.asRoot(`sysctl -w fs.inotify.${name}=${least}`),
  };
}

async function descriptors(machine: Machine): Promise<Check | null> {
  const text = await machine.text("/proc/self/limits") ?? "";
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(text)?.[1] ?? NaN);
  if (!(hard < DESCRIPTORS_LEAST)) return null;
  return {
    name: "descriptors",
    state: "warn",
    found: `at most ${hard} files may be open at once`,
    fix: `Raise the hard limit of open files to ${DESCRIPTORS_LEAST} (/etc/security/limits.conf)`,
  };
}
