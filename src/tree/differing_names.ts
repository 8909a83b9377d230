/**
 * The names by which a tree differs from another one that somebody saw at the same place before.
 *
 * @module
 */

import { S_IFDIR, S_IFMT } from "../store/trees/entry.ts";
import {
  type ChangedName,
  type ChangedNames,
  MOST_NAMES,
  type PendingName,
} from "./changed_names.ts";
import { emptyDirectory, Inode } from "./nodes/inode.ts";
import type { WorkingTree } from "./working_tree.ts";

/** Plain data. */
export interface Difference {
  /** From the root: a binary string. */
  readonly path: string;
  /** Modes; 0: there is nothing. */
  readonly was: number;
  readonly is: number;
  readonly isEmpty: boolean;
  /** Only attributes differ. */
  readonly isSame: boolean;
}

/** At most {@linkcode MOST_NAMES}. What is in a directory that is in one of the trees only comes with the directory. */
export function differingNames(
  tree: WorkingTree,
  differences: readonly Difference[],
): ChangedNames {
  const names: ChangedName[] = [];
  const pending: PendingName[] = [];
  const made = new Set<string>();
  for (const { path, was, is, isEmpty, isSame } of differences.slice(0, MOST_NAMES)) {
    if (was === 0 || (was & S_IFMT) !== S_IFDIR) made.add(path);
    const at = path.lastIndexOf("/");
    const directory = path.slice(0, Math.max(0, at));
    const name = path.slice(at + 1);
    const parent = find(tree, directory);
    if (parent === null || (made.has(directory) && directory !== "")) continue;
    const place = { directory, isGone: false, name, isLink: false };
    if (isSame) {
      names.push({ ...place, was: null, is: null, isEmpty });
      continue;
    }
    pending.push({ parent, name, was: was === 0 ? null : standIn(was), isMade: is !== 0 });
    names.push({ ...place, was: was & S_IFMT, is, isEmpty });
  }
  return { names, pending };
}

function find(tree: WorkingTree, path: string): Inode | null {
  let at = tree.root;
  for (const name of path === "" ? [] : path.split("/")) {
    const found = tree.lookup(at, name);
    if (typeof found === "number" || found.directory === null) return null;
    at = found;
  }
  return at;
}

/** For what is in the other tree: only its type is of interest. */
function standIn(mode: number): Inode {
  const inode = new Inode(0, 0, mode, 0, 0, 0, 0, 0, 0, 0, 0);
  if (inode.isDirectory) inode.directory = emptyDirectory();
  return inode;
}
