/**
 * What this machine has of the things a mount needs, and how to get the rest.
 *
 * Looks only, unless it is told to mend; creates nothing but a probe file in the state directory, and removes that.
 *
 * @module
 */

import { dirname } from "node:path";
import { binaryString, cString } from "../../ffi/binary_string.ts";
import { statfs } from "../host/files.ts";
import { loadHasher } from "../store/format/hash.ts";
import { hasBuiltInZstd } from "../store/format/zstd.ts";
import { closeDeadMount, isDeadMount } from "../host/dead_mount.ts";
import { isWithin, listMounts } from "../host/mounts.ts";
import { load } from "../host/pick.ts";
import type { Check } from "./doctor/check.ts";
import { Machine } from "./doctor/machine.ts";
import { listWorkspaces, reason, stateRoot } from "./workspaces/workspace.ts";

export type { Check };

/** With `fix`, mounts that are dead are taken away. */
export async function runChecks(version: string, fix = false): Promise<Check[]> {
  const system = await systemChecks();
  const checks = await Promise.all([
    program(version),
    system.mountChecks(),
    hashing(),
    compression(),
    stateDirectory(),
    system.otherChecks(),
    deadMounts(fix),
  ]);
  return checks.flat();
}

interface SystemChecks {
  /** What a mount needs. */
  mountChecks(): Promise<Check[]>;
  /** What else programs in it can have. */
  otherChecks(): Promise<Check[]>;
}

function systemChecks(): Promise<SystemChecks> {
  const otherChecks = () => Promise.resolve([]);
  return load<SystemChecks>({
    linux: () => import("./doctor/linux/linux_checks.ts"),
    macos: async () => {
      const { macosChecks } = await import("./doctor/macos.ts");
      return { mountChecks: () => macosChecks(new Machine()), otherChecks };
    },
    windows: async () => {
      const { ownWindows, windowsChecks } = await import("./doctor/windows.ts");
      return { mountChecks: () => windowsChecks(ownWindows()), otherChecks };
    },
  });
}

function program(version: string): Check {
  const how = Deno.build.standalone ? `executable ${Deno.execPath()}` : "from source";
  return {
    name: "agentvfs",
    state: "ok",
    found: `${version}, ${how}, Deno ${Deno.version.deno}, ${Deno.build.target}`,
  };
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
const REMOTE = new Set(["nfs", "cifs", "9p", "smbfs", "afpfs", "webdav"]);

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
    const type = await fileSystemType(existing);
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

async function fileSystemType(path: string): Promise<string> {
  // macOS has no numbers for it either, and says it of mounts.
  if (Deno.build.os === "darwin") return await mountType(await Deno.realPath(path));
  const buffer = new Uint8Array(STATFS_BYTES);
  if (statfs(cString(binaryString(path)), buffer) < 0) return "an unknown file system";
  const type = new DataView(buffer.buffer).getUint32(0, true);
  return FILE_SYSTEMS[type] ?? `file system 0x${type.toString(16)}`;
}

async function mountType(path: string): Promise<string> {
  const around = (await listMounts()).filter((mount) => isWithin(path, mount.path));
  around.sort((a, b) => a.path.length - b.path.length);
  return around.at(-1)?.type ?? "an unknown file system";
}

/** Those of this user's workspaces whose daemon died without unmounting them. */
async function deadMounts(fix: boolean): Promise<Check> {
  const name = "mounts";
  const ours = new Set((await listWorkspaces().catch(() => [])).map(({ mount }) => mount));
  const mounts = (await listMounts(ours)).filter(({ path }) => ours.has(path));
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
