/**
 * Who uses a mount: processes with something open in it, and mount namespaces that have it.
 *
 * A namespace that was copied while the mount was there (a container, `unshare --mount`) keeps it when it is
 * unmounted elsewhere, as long as the copy is private. The file system then lives on with nobody to see it.
 *
 * @module
 */

import { commandOf } from "./processes.ts";
import { mountAt, parseMountinfo } from "./mounts.ts";

export interface MountUser {
  readonly pid: number;
  readonly command: string;
}

export interface UseElsewhere {
  /** Processes that have their directory, program or a file in the mount. */
  readonly users: MountUser[];
  /** Of each namespace that has the mount, one process. */
  readonly namespaces: MountUser[];
}

/**
 * Processes whose path of it leads to `path` or into it, as far as this process may look. Without this one: it lists
 * directories for others.
 *
 * @param mayStand of these it does not count that they stand there, only what else they have of it
 */
export async function usersAt(
  path: string,
  mayStand: ReadonlySet<number> = new Set(),
): Promise<MountUser[]> {
  const users: MountUser[] = [];
  for await (const { pid } of processes()) {
    if (Number(pid) === Deno.pid) continue;
    if (await sitsIn(pid, [path], mayStand.has(Number(pid)))) users.push(describe(pid));
  }
  return users;
}

/** What other mount namespaces have of the mount at `path`, which has to be mounted here still. */
export async function useElsewhere(path: string): Promise<UseElsewhere> {
  const use: UseElsewhere = { users: [], namespaces: [] };
  const device = (await mountAt(path))?.device;
  if (device === undefined) return use;
  const own = await link("self/ns/mnt");
  const places = new Map<string, string[]>();
  for await (const { pid, namespace } of processes()) {
    if (namespace === own) continue;
    let paths = places.get(namespace);
    if (paths === undefined) {
      paths = await mountpoints(pid, device);
      places.set(namespace, paths);
      if (paths.length > 0) use.namespaces.push(describe(pid));
    }
    if (await sitsIn(pid, paths)) use.users.push(describe(pid));
  }
  return use;
}

async function* processes(): AsyncGenerator<{ pid: string; namespace: string }> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const namespace = await link(`${name}/ns/mnt`);
    if (namespace !== "") yield { pid: name, namespace };
  }
}

/** `name (pid)`, and so on. */
export function listUsers(users: readonly MountUser[]): string {
  return users.map(({ pid, command }) => `${command} (${pid})`).join(", ");
}

async function mountpoints(pid: string, device: string): Promise<string[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/mountinfo`).catch(() => "");
  const mounts = parseMountinfo(text);
  return mounts.filter((mount) => mount.device === device).map(({ path }) => path);
}

async function sitsIn(
  pid: string,
  mountpoints: readonly string[],
  mayStand = false,
): Promise<boolean> {
  if (mountpoints.length === 0) return false;
  const inside = async (name: string) => {
    const target = await link(`${pid}/${name}`);
    return mountpoints.some((path) => target === path || target.startsWith(`${path}/`));
  };
  if (!mayStand && await inside("cwd")) return true;
  if (await inside("root") || await inside("exe")) return true;
  try {
    for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
      if (await inside(`fd/${name}`)) return true;
    }
  } catch {
    // The process is gone or not ours to look at.
  }
  return false;
}

function describe(pid: string): MountUser {
  return { pid: Number(pid), command: commandOf(Number(pid)) };
}

/** Target of a link in /proc; empty if it cannot be read. */
function link(name: string): Promise<string> {
  return Deno.readLink(`/proc/${name}`).catch(() => "");
}
