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
