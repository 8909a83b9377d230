/**
 * Where the system keeps its programs.
 *
 * @module
 */

/** Folders that only the system's administrator fills; those of NixOS come last. */
const FOLDERS = [
  "/usr/bin",
  "/bin",
  "/usr/sbin",
  "/sbin",
  "/run/wrappers/bin",
  "/run/current-system/sw/bin",
];

/**
 * Path of a program that comes with the system, whatever $PATH says: what runs it may have rights that who set $PATH has
 * not. Its bare name, to be found in $PATH, where the system keeps it elsewhere.
 */
export function systemProgram(name: string): string {
  return FOLDERS.map((folder) => `${folder}/${name}`).find(isFile) ?? name;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Real path of the file that a name stands for in $PATH; null where it stands for none. */
export function programOnPath(name: string): string | null {
  return firstReal(
    (Deno.env.get("PATH") ?? "").split(":"),
    (folder) => folder.startsWith("/"),
    name,
  );
}

/** Of the file with that name in the first of the folders that has one. Folders that are not absolute are nobody's. */
export function firstReal(
  folders: readonly string[],
  isAbsolute: (folder: string) => boolean,
  name: string,
): string | null {
  for (const folder of folders) {
    if (!isAbsolute(folder)) continue;
    try {
      return Deno.realPathSync(`${folder}/${name}`);
    } catch { /* not in this one */ }
  }
  return null;
}
