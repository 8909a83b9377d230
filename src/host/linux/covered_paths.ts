/**
 * Paths in a mount of ours that are mountpoints in the mount namespace of a process, as sandboxes make them.
 *
 * @module
 */

import { join } from "node:path";
import { isWithin, type Mount, parseMountinfo } from "./mounts.ts";

/**
 * Paths, from the root of the file system that is mounted at `mount`, over which other mount namespaces have something. Empty if
 * nothing is mounted there. Reads all of /proc: a few milliseconds on a machine with many processes.
 */
export function coveredPaths(mount: string): Set<string> {
  const device = mountsOf("self").findLast(({ path }) => path === mount)?.device;
  const covered = new Set<string>();
  if (device === undefined) return covered;
  const looked = new Set(["", namespaceOf("self")]);
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const namespace = namespaceOf(name);
    if (looked.has(namespace)) continue;
    looked.add(namespace);
    for (const path of coveredIn(mountsOf(name), device)) covered.add(path);
  }
  return covered;
}

function* coveredIn(mounts: readonly Mount[], device: string): Generator<string> {
  for (const [i, { path }] of mounts.entries()) {
    // What it was mounted over was there before.
    const under = mounts.slice(0, i).filter((other) =>
      other.device === device && other.path !== path && isWithin(path, other.path)
    ).sort((a, b) =>
      b.path.length - a.path.length
    )[0];
    if (under !== undefined) yield join(under.root, path.slice(under.path.length));
  }
}

/** Empty for a process that is gone, or may not be looked at. */
function namespaceOf(pid: string): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return "";
  }
}

function mountsOf(pid: string): Mount[] {
  try {
    return parseMountinfo(Deno.readTextFileSync(`/proc/${pid}/mountinfo`));
  } catch {
    return [];
  }
}
