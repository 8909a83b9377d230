/**
 * Control groups of the second version (Linux): where their hierarchy is mounted, what identifies one, and in which one
 * a thread is.
 *
 * Paths of cgroups are binary strings below the root of the hierarchy that begin with "/", as in /proc/PID/cgroup.
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { pread } from "./file.ts";
import { AT_FDCWD, close, open } from "./open.ts";
import { emptyStat, statx } from "./stat.ts";

/** A cgroup as somebody wrote it down. */
export interface CgroupName {
  /** Its id: never given to another cgroup, not even to one that is made anew under the same path. */
  readonly cgroup: number;
  readonly path: string;
}

const stat = emptyStat();

/** Id of the cgroup whose directory that is: what bpf_get_current_cgroup_id() returns for its threads. 0: there is none. */
export function cgroupId(directory: string): number {
  return statx(AT_FDCWD, cString(directory), stat) < 0 ? 0 : stat.ino;
}

/**
 * Where the hierarchy is mounted: /sys/fs/cgroup, beside the first version /sys/fs/cgroup/unified. Null if it is not.
 * `mounts`: the text of /proc/self/mountinfo.
 */
export function cgroupRoot(mounts: string): string | null {
  for (const line of mounts.split("\n")) {
    const [fields = "", type = ""] = line.split(" - ");
    const [, , , root, directory] = fields.split(" ");
    if (root === "/" && directory !== undefined && type.startsWith("cgroup2 ")) return directory;
  }
  return null;
}

/** Enough for /proc/PID/cgroup: the hierarchies of the first version, and a path. */
export const CGROUP_FILE_BYTES = 16 * 1024;
const bytes = new Uint8Array(CGROUP_FILE_BYTES);

/** Opens /proc/THREAD/cgroup, which tells where the thread is each time it is read from its beginning. */
export function openCgroupOf(thread: number): number {
  return open(cString(`/proc/${thread}/cgroup`), 0);
}

/** The cgroup of a thread or process; null if it is gone. */
export function cgroupOf(thread: number): string | null {
  const fd = openCgroupOf(thread);
  if (fd < 0) return null;
  const length = pread(fd, bytes, 0);
  close(fd);
  return length <= 0 ? null : unifiedPath(bytes, length);
}

const [ZERO, COLON, NEWLINE] = [0x30, 0x3a, 0x0a];

/** The path in the line `0::/path` of /proc/PID/cgroup; null if there is none. */
export function unifiedPath(text: Uint8Array, length: number): string | null {
  for (let at = 0; at < length;) {
    let end = text.indexOf(NEWLINE, at);
    if (end < 0 || end > length) end = length;
    if (text[at] === ZERO && text[at + 1] === COLON && text[at + 2] === COLON) {
      let path = "";
      for (let i = at + 3; i < end; i++) path += String.fromCharCode(text[i]!);
      return path;
    }
    at = end + 1;
  }
  return null;
}

/** The nearest of `names` that a cgroup is, or is below of, and that is still the one that was written down. */
export function nearestCgroup<T extends CgroupName>(
  root: string,
  names: readonly T[],
  path: string,
): T | null {
  let nearest: T | null = null;
  for (const name of names) {
    if (!isBelow(path, name.path)) continue;
    if (nearest !== null && nearest.path.length >= name.path.length) continue;
    if (cgroupId(root + name.path) === name.cgroup) nearest = name;
  }
  return nearest;
}

function isBelow(path: string, above: string): boolean {
  return above === "/" || path === above || path.startsWith(`${above}/`);
}
