/**
 * Where symlinks of a tree lead to.
 *
 * @module
 */

import { shownName } from "../../../../ffi/windows/names_utf16.ts";
import { isJunctionTarget, shownTarget } from "../../../../ffi/windows/symlink_target.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { readTarget } from "../../../tree/operations/read.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";
import type { FoldedNames } from "./folded_names.ts";

/** Links that one path may lead through. */
export const MOST_HOPS = 32;

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

/** True if a link stands for a directory by its whole path, wherever that is. */
export function isJunction(tree: WorkingTree, link: Inode): boolean {
  const target = readTarget(tree, link);
  return typeof target === "string" && isJunctionTarget(target);
}

/** True if a link leads to a directory of its tree, or to one by its whole path: Windows has links of two kinds. */
export function leadsToDirectory(tree: WorkingTree, names: FoldedNames, link: Inode): boolean {
  let hops = 0;
  let at: Inode = link;
  while (at.isSymlink) {
    if (hops++ >= MOST_HOPS || at.parent === null) return false;
    const target = readTarget(tree, at);
    if (typeof target === "number") return false;
    if (isJunctionTarget(target)) return true;
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
