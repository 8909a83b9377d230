/**
 * What of a rollback's changes those are told of who watch directories.
 *
 * @module
 */

import { type Inode, pathOf } from "./nodes/inode.ts";
import type { Invalidation } from "./nodes/invalidation.ts";
import type { WorkingTree } from "./working_tree.ts";

/** Somebody who watches more than that looks at everything anew anyway. */
const LIMIT = 1_000;

export interface ChangedPath {
  /** From the root of the tree, a binary string. */
  readonly path: string;
  /** A file that nobody runs: it counts as written to. Of others the attributes count as changed. */
  readonly written: boolean;
}

/** The names that stand for something else now, and the directories they are in. At most {@linkcode LIMIT}. */
export function changedPaths(tree: WorkingTree, { parents, names }: Invalidation): ChangedPath[] {
  const changed = new Map<string, ChangedPath>();
  for (let i = 0; i < parents.length && changed.size < LIMIT; i++) {
    const parent = tree.node(parents[i]!);
    if (parent === undefined || (parent.parent === null && parent !== tree.root)) continue;
    const directory = pathOf(parent);
    if (directory === null) continue;
    changed.set(directory, { path: directory, written: false });
    const name = names[i]!;
    const child = parent.directory!.entries?.get(name)?.inode;
    if (child === undefined) continue;
    const path = directory === "" ? name : `${directory}/${name}`;
    changed.set(path, { path, written: isPlain(child) });
  }
  return [...changed.values()];
}

function isPlain({ isFile, mode }: Inode): boolean {
  return isFile && (mode & 0o111) === 0;
}
