/**
 * Targets of symlinks as Windows has them. Stored is what the link says with slashes; a path that begins with one is from
 * the root of the volume there, and one that begins with a drive is the kernel's own.
 *
 * @module
 */

import { shownName, storedName } from "./names_utf16.ts";
import { NT_PREFIX, type SymlinkData } from "./reparse_data.ts";

const DRIVE = /^[A-Za-z]:\//;

/**
 * Whether a stored target is a junction's: a directory, by its whole path. Only those end with a slash, as a path does that is to
 * be a directory.
 */
export function isJunctionTarget(target: string): boolean {
  return DRIVE.test(target) && target.endsWith("/");
}

function shownPart(part: string): string {
  return part === "." || part === ".." ? part : shownName(part);
}

/** A stored target as Windows is shown it. */
export function shownTarget(target: string): SymlinkData {
  if (DRIVE.test(target)) {
    const [drive, ...parts] = target.split("/");
    return { target: NT_PREFIX + [drive, ...parts.map(shownPart)].join("\\"), isRelative: false };
  }
  return { target: target.split("/").map(shownPart).join("\\"), isRelative: true };
}

/** A target that Windows gives, as it is stored. */
export function storedTarget({ target }: SymlinkData): string {
  const part = (part: string) => part === "." || part === ".." ? part : storedName(part);
  if (!target.startsWith(NT_PREFIX)) return target.split("\\").map(part).join("/");
  const [drive, ...parts] = target.slice(NT_PREFIX.length).split("\\");
  return [drive, ...parts.map(part)].join("/");
}

/** As {@linkcode storedTarget}, of a junction; null if it does not begin with a drive, as where a volume has no letter. */
export function storedJunction(data: SymlinkData): string | null {
  const target = storedTarget(data);
  if (!data.target.startsWith(NT_PREFIX) || !DRIVE.test(`${target}/`)) return null;
  return target.endsWith("/") ? target : `${target}/`;
}
