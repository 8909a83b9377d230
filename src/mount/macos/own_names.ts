/**
 * Names that macOS's client of NFS makes by itself: `._NAME` has attributes of `NAME` that the server does not keep, and
 * `.nfs.NUMBERS` is a file that was removed while a program has it open.
 *
 * @module
 */

const OPEN_ONLY = ".nfs.";

export function isOwnName(name: string): boolean {
  return name.startsWith("._") || isOpenOnly(name);
}

/** Nobody needs it once the mount is gone in which it was open. */
export function isOpenOnly(name: string): boolean {
  return name.startsWith(OPEN_ONLY);
}
