/**
 * What is mounted where: letters of drives, and folders that stand for a volume. Nothing of that asks a file system.
 *
 * What looks is loaded when it is needed: every client on every system loads this.
 *
 * @module
 */

import type { Mount } from "../linux/mounts.ts";

/** Type that volumes of WinFsp are told to have. */
export const MOUNT_TYPE = "winfsp";

/** Those at letters, and those of `folders` that are one: of folders there is no list. */
export async function listMounts(folders: Iterable<string> = []): Promise<Mount[]> {
  const { volumeAt, volumesAtLetters } = await import("./mount_points.ts");
  const atFolders = [...folders].filter((path) => !isDrive(path)).flatMap((path) => {
    const device = volumeAt(path);
    return device === null ? [] : [mount(path, device)];
  });
  return [...volumesAtLetters().map(({ path, device }) => mount(path, device)), ...atFolders];
}

export async function mountAt(path: string): Promise<Mount | null> {
  const { volumeAt } = await import("./mount_points.ts");
  const device = volumeAt(path);
  return device === null ? null : mount(path, device);
}

/** Null where none is free. */
export async function freeDrive(): Promise<string | null> {
  const { freeLetter } = await import("./mount_points.ts");
  return freeLetter();
}

function mount(path: string, device: string): Mount {
  return { path, root: "/", type: MOUNT_TYPE, device };
}

function isDrive(path: string): boolean {
  return /^[A-Za-z]:[\\/]*$/.test(path);
}

/** True if `path` is `directory` or below it. Both absolute and normal; upper and lower case are the same. */
export function isWithin(path: string, directory: string): boolean {
  const [inner, outer] = [path, directory].map((text) => slashed(text).toLowerCase()) as [
    string,
    string,
  ];
  return inner === outer || inner.startsWith(`${outer}/`);
}

/** Where `path` is below `directory`, which it is within: names with `/` between them, empty for the directory itself. */
export function innerPath(path: string, directory: string): string {
  return slashed(path).slice(slashed(directory).length).replace(/^\/+/, "");
}

/** Both kinds of slashes are the same there. */
function slashed(path: string): string {
  return path.replaceAll("\\", "/").replace(/\/+$/, "");
}

/** Whose they are is not looked at there. */
export function keptMounts(): Promise<never[]> {
  return Promise.resolve([]);
}
