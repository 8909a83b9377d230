/**
 * Mounts whose daemon died without unmounting them.
 *
 * Asking such a mount may hang, so nobody asks it: it is dead if no keeper of ours is for it. Its server of fuse-t may be
 * left, too, and does not end by SIGTERM.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Mount } from "../linux/mounts.ts";
import { commandLines, names } from "./command_lines.ts";
import { MOUNT_TYPE, mountAt } from "./mounts.ts";
import { isOver } from "./processes.ts";
import { unmount } from "./unmount.ts";

/** fuse-t's server. */
const SERVER = /(^|\/)go-nfsv4$/;

/** If `mount` is one of ours and its daemon died without unmounting it, unmounts it and returns true. */
export async function closeDeadMount(mount: Mount): Promise<boolean> {
  if (!await isDeadMount(mount)) return false;
  await unmount(mount.path, true);
  await endServers(mount.path);
  return await mountAt(mount.path) === null;
}

/** True if `mount` is one of fuse-t's and no daemon of ours keeps it. */
export async function isDeadMount(mount: Mount): Promise<boolean> {
  return mount.type === MOUNT_TYPE && !await hasKeeper(mount.path);
}

/** Ends the servers of a mount that nobody serves: who waits for an answer gets an error. */
export async function abortMount({ path }: Mount): Promise<boolean> {
  await endServers(path);
  return await mountAt(path) === null || (await unmount(path, true)) === "unmounted";
}

/** Kills fuse-t's servers whose arguments name the mountpoint. */
export function endServers(path: string): Promise<void> {
  const mountpoint = binaryString(path);
  for (const line of commandLines()) {
    if (!SERVER.test(line.args[0] ?? "") || !names(line, mountpoint)) continue;
    try {
      Deno.kill(line.pid, "SIGKILL");
    } catch {
      // It has ended, or is somebody else's.
    }
  }
  return Promise.resolve();
}

/** True if a process that can still run keeps the mount at `path`. */
export async function hasKeeper(path: string): Promise<boolean> {
  return await keeperOf(path) !== null;
}

/** The process that keeps the mount at `path`, as `daemonArguments` start one; null if none that can still run does. */
export function keeperOf(path: string): Promise<number | null> {
  const mountpoint = binaryString(path);
  const keeper = commandLines().find(({ pid, args }) =>
    args.includes("daemon") && args[args.indexOf("--mount") + 1] === mountpoint && !isOver(pid)
  );
  return Promise.resolve(keeper?.pid ?? null);
}
