/**
 * Files that are in the working tree and in no checkpoint: what the system makes for itself beside programs' files.
 *
 * Which names they have {@linkcode WorkingTree.keepsOut} says. A file is kept out if it is made under such a name where the
 * last checkpoint has none: what a project has under one is the project's, and is recorded like any other file. So is what
 * has several names, and what is no file.
 *
 * Their directory knows them (`keptOut`), and nothing about those names counts as changed. A segment of the journal begins
 * with a record of each, as of files that have no name: a checkpoint takes away the segments that tell how they came about.
 *
 * @module
 */

import type { Inode } from "./nodes/inode.ts";
import { logOrphan } from "./orphan.ts";
import { Status } from "./status.ts";
import type { WorkingTree } from "./working_tree.ts";

/** A name was put into a directory: decides whether what it stands for is kept out. Before it is noted as changed. */
export function decideKeptOut(tree: WorkingTree, parent: Inode, name: string): void {
  const state = parent.directory!;
  const inode = state.entries!.get(name)!.inode;
  const isRecorded = state.changed.has(name) || state.captured?.has(name);
  if (tree.keepsOut(name) && inode.isFile && inode.names === null && !isRecorded) {
    keepOut(tree, parent, name);
  } else if (state.keptOut?.delete(name)) {
    becomeRecorded(tree, inode);
  }
}

export function keepOut(tree: WorkingTree, parent: Inode, name: string): void {
  (parent.directory!.keptOut ??= new Set()).add(name);
  tree.keepingOut.add(parent);
}

export function isKeptOut({ directory }: Inode, name: string): boolean {
  return directory!.keptOut?.has(name) ?? false;
}

/** What was kept out will be in the next checkpoint: until then its bytes are where they were. */
export function becomeRecorded({ nodes }: WorkingTree, inode: Inode): void {
  nodes.relinked.add(inode);
}

/** A name was taken out of a directory, and that was noted as changed if it was recorded. */
export function leaveKeptOut({ directory }: Inode, name: string): void {
  if (!directory!.entries!.has(name)) directory!.keptOut?.delete(name);
}

/** All there are. */
export function* keptOutFiles(tree: WorkingTree): Generator<{ parent: Inode; inode: Inode }> {
  for (const parent of tree.keepingOut) {
    const { keptOut, entries } = parent.directory!;
    const isGone = tree.isOrphan(parent) || parent.stale || keptOut === null;
    if (isGone || keptOut.size === 0) {
      tree.keepingOut.delete(parent);
      continue;
    }
    for (const name of keptOut) yield { parent, inode: entries!.get(name)!.inode };
  }
}

/** Writes a record of each into the journal's current segment. */
export function logKeptOut(tree: WorkingTree): Status {
  const { records } = tree.journal;
  try {
    for (const { parent, inode } of keptOutFiles(tree)) {
      const status = tree.bind(parent) || logOrphan(tree, inode);
      if (status !== Status.Ok) return status as Status;
    }
    return Status.Ok;
  } finally {
    tree.journal.retold += tree.journal.records - records;
  }
}
