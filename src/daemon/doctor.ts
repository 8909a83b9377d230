/**
 * What this machine has of the things a mount needs, and how to get the rest.
 *
 * Looks only, unless it is told to mend; creates nothing but a probe file in the state directory, and removes that.
 *
 * @module
 */

import { dirname } from "node:path";
import { CallerStamps } from "../../bpf/caller_stamp.ts";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import { statfs } from "../host/files.ts";
import { sourceChecks } from "./doctor/linux/sources.ts";
import { CPU_LATENCY_DEVICE, whyNotAwake } from "../mount/linux/keep_awake.ts";
import { systemProgram } from "../host/system_program.ts";
import { loadHasher } from "../store/format/hash.ts";
import { hasBuiltInZstd } from "../store/format/zstd.ts";
import { unifiedRoot } from "../views/cgroup_sessions.ts";
import { canScopeSockets } from "../views/give_up_rights.ts";
import { whyNoNamespaces } from "../views/namespaces.ts";
import { closeDeadMount, isDeadMount } from "../host/dead_mount.ts";
import { listMounts } from "../host/mounts.ts";
import type { Check } from "./doctor/check.ts";
import { deviceFix } from "./doctor/linux/container.ts";
import { kernel } from "./doctor/linux/kernel.ts";
import { Machine } from "./doctor/machine.ts";
import { macosChecks } from "./doctor/macos.ts";
import { windowsChecks } from "./doctor/windows.ts";
import { otherUsers } from "./doctor/linux/other_users.ts";
import { surroundings } from "./doctor/linux/surroundings.ts";
import { namespaceRemedy } from "./doctor/linux/user_namespaces.ts";
import { listWorkspaces, reason, stateRoot } from "./workspaces/workspace.ts";

export type { Check };

/** With `fix`, mounts that are dead are taken away. */
export async function runChecks(version: string, fix = false): Promise<Check[]> {
  const machine = new Machine();
  const own = Deno.build.standalone ? Deno.execPath() : null;
  if (Deno.build.os !== "linux") {
    const checks = await Promise.all([
      program(version),
      Deno.build.os === "darwin" ? macosChecks(machine) : windowsChecks(),
      hashing(),
      compression(),
      stateDirectory(),
      deadMounts(fix),
    ]);
    return checks.flat();
  }
  const checks = await Promise.all([
    program(version),
    kernel(machine),
    device(machine),
    library(),
    helper(),
    hashing(),
    compression(),
    stateDirectory(),
    otherUsers(machine),
    namespaces(machine, own),
    cgroups(),
    awake(),
    sourceChecks(),
    deadMounts(fix),
    surroundings(machine, knownStateRoot(), own),
  ]);
  return checks.flat();
}

/** Null where there is none: {@linkcode stateDirectory} tells. */
function knownStateRoot(): string | null {
  try {
    return stateRoot();
  } catch {
    return null;
  }
}

const INSTALL_FUSE = "apt-get install -y fuse3";

function asRoot(command: string): string {
  return Deno.uid() === 0 ? command : `sudo ${command}`;
}

function program(version: string): Check {
  const how = Deno.build.standalone ? `executable ${Deno.execPath()}` : "from source";
  return {
    name: "agentvfs",
    state: "ok",
    found: `${version}, ${how}, Deno ${Deno.version.deno}, ${Deno.build.target}`,
  };
}

/** What `agentvfs run` needs; the rest works without. */
async function namespaces(machine: Machine, own: string | null): Promise<Check> {
  const name = "namespaces";
  const user = Deno.uid() !== 0;
  const why = await whyNoNamespaces({ user, pid: true });
  const found = user ? "user, mount and PID namespaces" : "mount and PID namespaces";
  const open = canScopeSockets() ? "" : "; --confine leaves abstract sockets open (no Landlock 6)";
  if (why === null) return { name, state: "ok", found: `${found}, for agentvfs run${open}` };
  const fix = await namespaceRemedy(machine, own);
  return { name, state: "warn", found: `no agentvfs run: ${why}`, fix };
}

/** What mounts with --cgroups need, and how they tell callers apart; the rest works without. */
function cgroups(): Check {
  const name = "cgroups";
  const root = unifiedRoot();
  if (root === null) {
    const found = "no sessions by cgroup: no hierarchy of version 2 is mounted";
    return { name, state: "ok", found };
  }
  const stamps = CallerStamps.load();
  if (typeof stamps !== "string") {
    stamps.close();
    return { name, state: "ok", found: `${root}, callers told by eBPF, for --cgroups` };
  }
  return { name, state: "ok", found: `${root}, callers told by /proc, for --cgroups: ${stamps}` };
}

/** Without it a mount is only slower. */
async function awake(): Promise<Check> {
  const name = "keep-awake";
  const why = whyNotAwake();
  if (why !== null) return { name, state: "ok", found: `idle CPUs are left alone: ${why}` };
  try {
    (await Deno.open(CPU_LATENCY_DEVICE, { write: true })).close();
    return { name, state: "ok", found: "idle CPUs do not halt while many requests come" };
  } catch (error) {
    return {
      name,
      state: "warn",
      found: `idle CPUs halt between requests: ${CPU_LATENCY_DEVICE}: ${reason(error)}`,
      fix: "Only speed; root, or who may write that device, can keep them from it",
    };
  }
}

async function device(machine: Machine): Promise<Check> {
  const name = "/dev/fuse";
  try {
    const { mode, rdev } = await Deno.stat(name);
    const device = `device ${(rdev ?? 0) >> 8}:${(rdev ?? 0) & 0xff}`;
    (await Deno.open(name, { read: true, write: true })).close();
    return { name, state: "ok", found: `${device}, mode ${((mode ?? 0) & 0o777).toString(8)}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { name, state: "fail", found: "missing", fix: await deviceFix(machine) };
    }
    return { name, state: "fail", found: reason(error), fix: asRoot("chmod 666 /dev/fuse") };
  }
}

const LIBRARIES = ["libfuse3.so.4", "libfuse3.so.3"];

function library(): Check {
  for (const name of LIBRARIES) {
    try {
      const opened = Deno.dlopen(name, { fuse_pkgversion: { parameters: [], result: "pointer" } });
      const text = opened.symbols.fuse_pkgversion();
      const version = text === null ? "" : new Deno.UnsafePointerView(text).getCString();
      opened.close();
      return { name: "libfuse3", state: "ok", found: `${version} (${name})` };
    } catch { /* the next name */ }
  }
  return { name: "libfuse3", state: "fail", found: "missing", fix: asRoot(INSTALL_FUSE) };
}

/** Root mounts without it, though unmounting a busy mount and reading /etc/fuse.conf are its work too. */
async function helper(): Promise<Check> {
  const name = "fusermount3";
  const state = Deno.uid() === 0 ? "warn" : "fail";
  try {
    const { success, stdout } = await new Deno.Command(systemProgram(name), { args: ["--version"] })
      .output();
    const found = new TextDecoder().decode(stdout).trim().replace(/^fusermount3 version: /, "");
    if (success) return await mountTable() ?? { name, state: "ok", found };
    return { name, state, found: `does not run: ${found}`, fix: asRoot(INSTALL_FUSE) };
  } catch (error) {
    const found = error instanceof Deno.errors.NotFound ? "missing" : reason(error);
    return { name, state, found, fix: asRoot(INSTALL_FUSE) };
  }
}

/** fusermount3 unmounts for other users than root only what it finds in /etc/mtab; some minimal systems have none. */
async function mountTable(): Promise<Check | null> {
  if (Deno.uid() === 0 || await Deno.stat("/etc/mtab").then(() => true, () => false)) return null;
  const found = "there is no /etc/mtab, so it cannot unmount";
  return { name: "fusermount3", state: "warn", found, fix: asRoot("ln -s /proc/mounts /etc/mtab") };
}

async function hashing(): Promise<Check> {
  try {
    const { backend } = await loadHasher();
    if (backend === "native") return { name: "BLAKE3", state: "ok", found: "native" };
    const fix = "The native module has no build for this system; storing large files takes longer";
    return { name: "BLAKE3", state: "warn", found: backend, fix };
  } catch (error) {
    return { name: "BLAKE3", state: "fail", found: reason(error), fix: "Install agentvfs again" };
  }
}

function compression(): Check {
  if (hasBuiltInZstd()) return { name: "zstd", state: "ok", found: "built in" };
  const fix =
    "Compressed objects are read, but slowly, and no .tar.zst is made; a newer release may";
  return { name: "zstd", state: "warn", found: "in JavaScript", fix };
}

/** f_type of statfs(2), from linux/magic.h: those that lose state at a reboot, and those whose locks are not local. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x2fc12fc1: "zfs",
  0xf2f52010: "f2fs",
  0x794c7630: "overlay",
  0x01021994: "tmpfs",
  0x858458f6: "ramfs",
  0x6969: "nfs",
  0xff534d42: "cifs",
  0x01021997: "9p",
  0x65735546: "fuse",
};
const VOLATILE = new Set(["tmpfs", "ramfs"]);
const REMOTE = new Set(["nfs", "cifs", "9p"]);

async function stateDirectory(): Promise<Check> {
  const name = "state";
  let path = "";
  try {
    path = stateRoot();
    const existing = await nearestExisting(path);
    const probe = await Deno.makeTempFile({ dir: existing, prefix: ".agentvfs-doctor-" });
    await Deno.remove(probe);
    // Windows has no numbers for that.
    if (Deno.build.os === "windows") return { name, state: "ok", found: `${path}, writable` };
    const type = fileSystemType(existing);
    const found = `${path}, writable, on ${type}`;
    if (VOLATILE.has(type)) {
      const fix = "A reboot loses it; set AGENTVFS_STATE_DIR to a directory on a disk";
      return { name, state: "warn", found, fix };
    }
    if (REMOTE.has(type)) {
      const fix = "Set AGENTVFS_STATE_DIR to a directory on a local disk";
      return { name, state: "warn", found, fix };
    }
    return { name, state: "ok", found };
  } catch (error) {
    const fix = "Set AGENTVFS_STATE_DIR to a directory you can write";
    return { name, state: "fail", found: `${path} ${reason(error)}`.trim(), fix };
  }
}

async function nearestExisting(path: string): Promise<string> {
  for (let at = path;; at = dirname(at)) {
    try {
      if ((await Deno.stat(at)).isDirectory) return at;
      throw new Error(`${at} is not a directory`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || dirname(at) === at) throw error;
    }
  }
}

const STATFS_BYTES = 120;

function fileSystemType(path: string): string {
  const buffer = new Uint8Array(STATFS_BYTES);
  if (statfs(cString(binaryString(path)), buffer) < 0) return "an unknown file system";
  const type = new DataView(buffer.buffer).getUint32(0, true);
  return FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`;
}

/** Those of this user's workspaces whose daemon died without unmounting them. */
async function deadMounts(fix: boolean): Promise<Check> {
  const name = "mounts";
  const ours = new Set((await listWorkspaces().catch(() => [])).map(({ mount }) => mount));
  const mounts = (await listMounts()).filter(({ path }) => ours.has(path));
  const states = await Promise.all(mounts.map(isDeadMount));
  const dead = mounts.filter((_, i) => states[i]);
  const left: string[] = [];
  for (const mount of dead) if (!fix || !await closeDeadMount(mount)) left.push(mount.path);
  if (left.length > 0) {
    const found = `the daemon of ${left.join(", ")} died`;
    return { name, state: "warn", found, fix: "agentvfs doctor --fix" };
  }
  const taken = dead.length === 0 ? "" : `, ${dead.length} dead ones taken away`;
  return { name, state: "ok", found: `${mounts.length - dead.length} in use${taken}` };
}
