/**
 * What keeps fusermount3 from mounting where we want it to.
 *
 * @module
 */

import { isWithin } from "../../../host/mounts.ts";
import type { Check } from "../check.ts";
import type { Machine } from "../machine.ts";

/** Without its bit, fusermount3 mounts for nobody but root. */
export async function setUserId(machine: Machine, program: string): Promise<Check | null> {
  if (machine.uid === 0) return null;
  const info = await machine.stat(program);
  if (info === null || (info.mode ?? 0) & 0o4000) return null;
  return {
    name: "fusermount3",
    state: "fail",
    found: `${program} is not set-user-ID root, so it cannot mount for you`,
    fix: machine.asRoot(`chmod u+s ${program}`),
  };
}

/** It notes whose a mount is by name: a container may run as a number that nobody has. */
export async function named(machine: Machine): Promise<Check | null> {
  const { uid } = machine;
  if (uid === 0 || await machine.hasName()) return null;
  const line = `agent:x:${uid}:${uid}::${machine.home ?? "/"}:/bin/sh`;
  return {
    name: "user",
    state: "fail",
    found: `user ${uid} has no name, and fusermount3 mounts for nobody without`,
    fix: `echo '${line}' | ${machine.asRoot("tee -a /etc/passwd")}`,
  };
}

/** Where Ubuntu 25.04's profile of fusermount3 lets it mount, besides the home directories of people. */
const ALLOWED = ["/mnt", "/media", "/tmp", "/run/user"];

/**
 * The AppArmor profile that Ubuntu has for fusermount3 since 25.04 allows few places.
 *
 * @param state directory below which mounts are made if nobody says otherwise
 */
export async function appArmor(machine: Machine, state: string): Promise<Check | null> {
  if (machine.uid === 0) return null;
  const profile = await machine.text("/etc/apparmor.d/fusermount3");
  if (profile === null || /flags=\([^)]*(complain|unconfined)/.test(profile)) return null;
  const local = await machine.text("/etc/apparmor.d/local/fusermount3") ?? "";
  if (local.includes(state)) return null;
  const allowed = machine.home === null ? ALLOWED : [...ALLOWED, machine.home];
  if (allowed.some((place) => isWithin(state, place))) return null;
  const options =
    "options=(nosuid,nodev) options in (ro,rw,noatime,dirsync,nodiratime,noexec,sync)";
  const place = `${state}/{,**/},`;
  const rules = `mount fstype=@{fuse_types} ${options} -> ${place} umount ${place}`;
  const file = "/etc/apparmor.d/local/fusermount3";
  return {
    name: "apparmor",
    state: "fail",
    found: `the profile of fusermount3 does not let it mount in ${state}`,
    fix: `echo '${rules}' | ${machine.asRoot(`tee -a ${file}`)} && ${
      machine.asRoot("apparmor_parser -r /etc/apparmor.d/fusermount3")
    }`,
  };
}
