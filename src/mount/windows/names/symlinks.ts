/**
 * Targets of symlinks as Windows has them. Stored is what the link says with slashes; a path that begins with one is from
 * the root of the volume there, and one that begins with a drive is the kernel's own.
 *
 * @module
 */

import { shownName, storedName } from "../../../../ffi/windows/names_utf16.ts";
import { NT_PREFIX, type SymlinkData } from "../../../../ffi/windows/reparse_data.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { readTarget } from "../../../tree/operations/read.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";
import type { FoldedNames } from "./folded_names.ts";

/** Links that one path may lead through. */
export const MOST_HOPS = 32;

const DRIVE = /^[A-Za-z]:\//;

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

/** Where a link leads from the directory that it is in: names from the volume's root; or a path outside of it. */
export function follow(directory: readonly string[], target: string): string[] | string | null {
  const { target: shown, isRelative } = shownTarget(target);
  if (!isRelative) return shown;
  const names = shown.startsWith("\\") ? [] : [...directory];
  for (const part of shown.split("\\")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") names.push(part);
    else if (names.pop() === undefined) return null;
  }
  return names;
}

/** True if a link leads to a directory of its tree: Windows has links of two kinds. */
export function leadsToDirectory(tree: WorkingTree, names: FoldedNames, link: Inode): boolean {
  let hops = 0;
  let at: Inode = link;
  while (at.isSymlink) {
    if (hops++ >= MOST_HOPS || at.parent === null) return false;
    const target = readTarget(tree, at);
    if (typeof target === "number") return false;
    const next = resolve(tree, names, at.parent, target);
    if (next === null) return false;
    at = next;
  }
  return at.directory !== null;
}

/** Null where nothing is, or another link is on the way. */
function resolve(
  tree: WorkingTree,
  names: FoldedNames,
  from: Inode,
  target: string,
): Inode | null {
  let at: Inode = target.startsWith("/") ? tree.root : from;
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.parent === null) return null;
      at = at.parent;
      continue;
    }
    if (at.directory === null) return null;
    const found = names.find(tree, at, shownName(part));
    if (typeof found === "number") return null;
    at = found.inode;
  }
  return at;
}
