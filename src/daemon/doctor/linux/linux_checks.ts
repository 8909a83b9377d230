/**
 * What a mount needs on Linux, and what else programs in it can have there.
 *
 * @module
 */

import { CallerStamps } from "../../../../bpf/caller_stamp.ts";
import { systemProgram } from "../../../host/system_program.ts";
import { CPU_LATENCY_DEVICE, whyNotAwake } from "../../../mount/linux/keep_awake.ts";
import { unifiedRoot } from "../../../views/cgroup_sessions.ts";
import { canScopeSockets } from "../../../views/give_up_rights.ts";
import { whyNoNamespaces } from "../../../views/namespaces.ts";
import { reason, stateRoot } from "../../workspaces/workspace.ts";
import type { Check } from "../check.ts";
import { Machine } from "../machine.ts";
import { deviceFix } from "./container.ts";
import { kernel } from "./kernel.ts";
import { otherUsers } from "./other_users.ts";
import { sourceChecks } from "./sources.ts";
import { surroundings } from "./surroundings.ts";
import { namespaceRemedy } from "./user_namespaces.ts";

export async function mountChecks(): Promise<Check[]> {
  const machine = new Machine();
  return await Promise.all([kernel(machine), device(machine), library(), helper()]);
}

export async function otherChecks(): Promise<Check[]> {
  const machine = new Machine();
  const own = Deno.build.standalone ? Deno.execPath() : null;
  const checks = await Promise.all([
    otherUsers(machine),
    namespaces(machine, own),
    cgroups(),
    awake(),
    sourceChecks(),
    surroundings(machine, knownStateRoot(), own),
  ]);
  return checks.flat();
}

/** Null where there is none: its own check tells. */
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
