/**
 * What is mounted where, from /proc/self/mountinfo (proc_pid_mountinfo(5)). Reading it never touches a mount,
 * so a hung one cannot hang us.
 *
 * @module
 */

/** Type that our mounts carry. */
export const MOUNT_TYPE = "fuse.agentvfs";

export interface Mount {
  path: string;
  /** Part of the mounted file system that shows; `/` unless it is a bind mount of a subdirectory. */
  root: string;
  type: string;
  /** `major:minor`: the same for every mount of one file system. */
  device: string;
}

/**
 * All mounts this process sees, in mount order: where two are on one path, the later one shows. Systems that have no such list
 * look at `_folders`, where ours may be.
 */
export async function listMounts(_folders: Iterable<string> = []): Promise<Mount[]> {
  let text: string;
  try {
    text = await Deno.readTextFile("/proc/self/mountinfo");
  } catch {
    return [];
  }
  return parseMountinfo(text);
}

export function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    const [device, root, path] = [fields[2], fields[3], fields[4]];
    // The optional fields end with a lone hyphen; the type follows.
    const type = fields[fields.indexOf("-", 6) + 1];
    if (device === undefined || root === undefined || path === undefined) continue;
    if (type !== undefined) {
      mounts.push({ root: unescape(root), path: unescape(path), type, device });
    }
  }
  return mounts;
}

/** Space, tab, newline and backslash come as three octal digits. */
function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

export async function mountAt(path: string): Promise<Mount | null> {
  return (await listMounts()).findLast((mount) => mount.path === path) ?? null;
}

/** True if `path` is `directory` or below it. Both absolute and normal. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || directory === "/" || path.startsWith(directory + "/");
}

/** Where `path` is below `directory`, which it is within: names with `/` between them, empty for the directory itself. */
export function innerPath(path: string, directory: string): string {
  return path.slice(directory.length).replace(/^\/+/, "");
}

/** The last drive that is free, as `Z:\`; null where there are none. */
export function freeDrive(): Promise<string | null> {
  return Promise.resolve(null);
}

/** A process that keeps a mount, as its command line says. */
export interface Keeper {
  readonly pid: number;
  readonly source: string;
  readonly mount: string;
}

/** All that there are; one that has just ended may be among them. */
export async function* keepers(): AsyncGenerator<Keeper> {
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    const words = command.split("\0");
    if (!words.includes("daemon") || !words.includes("--mount")) continue;
    const [source, mount] = ["--source", "--mount"].map((option) =>
      words[words.indexOf(option, 1) + 1]
    );
    yield { pid: Number(name), source: source!, mount: mount! };
  }
}

/** Mounts that are kept, with the number of the user that each is of. */
export async function keptMounts(): Promise<(Keeper & { readonly uid: number })[]> {
  const kept: (Keeper & { readonly uid: number })[] = [];
  for await (const keeper of keepers()) {
    const info = await Deno.stat(`/proc/${keeper.pid}`).catch(() => null);
    if (info !== null) kept.push({ ...keeper, uid: info.uid! });
  }
  return kept;
}
