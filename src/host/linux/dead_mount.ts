/**
 * Mounts whose daemon died without unmounting them.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { MNT_FORCE, umount2 } from "../../../ffi/linux/process.ts";
import { isOver } from "./processes.ts";
import { unmount } from "./unmount.ts";
import { keepers, type Mount, MOUNT_TYPE, mountAt } from "./mounts.ts";

const PROBE_MS = 2_000;
const UNCACHED_NAME = ".agentvfs/ctl";

/**
 * If `mount` is one of ours and its daemon died without unmounting it, unmounts it and returns true.
 * A mount that answers, or that takes its time, is left alone.
 */
export async function closeDeadMount(mount: Mount): Promise<boolean> {
  if (!await isDeadMount(mount)) return false;
  await unmount(mount.path, true);
  return await mountAt(mount.path) === null;
}

/** True if `mount` is one of ours and nobody holds the device that served it. */
export async function isDeadMount(mount: Mount): Promise<boolean> {
  return mount.type === MOUNT_TYPE && await isDead(mount.path);
}

/**
 * Ends the connection of a mount that nobody serves and somebody holds: a server that was killed may wait in the
 * kernel for an answer to a request, which now gets an error. Returns false if it cannot be ended.
 */
export async function abortMount({ path, device }: Mount): Promise<boolean> {
  const minor = device.slice(device.indexOf(":") + 1);
  try {
    await Deno.writeTextFile(`/sys/fs/fuse/connections/${minor}/abort`, "1");
    return true;
  } catch {
    // The control file system is not mounted.
    return umount2(cString(binaryString(path)), MNT_FORCE) === 0;
  }
}

/** True if a process that can still run keeps the mount at `path`. */
export async function hasKeeper(path: string): Promise<boolean> {
  return await keeperOf(path) !== null;
}

/** The process that keeps the mount at `path`, as `daemonArguments` start one; null if none that can still run does. */
export async function keeperOf(path: string): Promise<number | null> {
  for await (const { pid, mount } of keepers()) {
    if (mount === path && !isOver(pid)) return pid;
  }
  return null;
}

/**
 * What the kernel answers once nobody holds the device that served a mount: ENOTCONN, and ECONNABORTED to who asked
 * before.
 */
const DEAD: ReadonlySet<string | undefined> = new Set(["ENOTCONN", "ECONNABORTED"]);

/** Asks for a name that is never cached: what the kernel has cached it goes on answering for a dead daemon. */
async function isDead(path: string): Promise<boolean> {
  const { promise: slow, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PROBE_MS);
  const probe = Deno.stat(`${path}/${UNCACHED_NAME}`).then(
    () => false,
    (error) => DEAD.has(error.code),
  );
  try {
    return await Promise.race([probe, slow]);
  } finally {
    clearTimeout(timer);
  }
}

/** The kernel itself is who asks there: no program is left over. */
export function endServers(_path: string): Promise<void> {
  return Promise.resolve();
}
