/**
 * Putting back for a moment what was removed a moment ago, so that a checkpoint can hold it.
 *
 * Nobody sees it: it is put back, captured and taken out between two requests. What is put back is another inode with the same
 * number; the kernel, and who has the removed one open, keep that one. The journal goes on from what was captured, if that is
 * stored, or else from what was there before. So it is told only that the names are there no more, if they are: whenever the
 * server dies, nothing comes back.
 *
 * @module
 */

import { copyOf } from "../orphan.ts";
import { RecordType } from "../journal/journal_record.ts";
import { leaveKeptOut } from "../kept_out.ts";
import { StoredContent } from "../nodes/content.ts";
import type { Inode } from "../nodes/inode.ts";
import { type Content, Overlay } from "../nodes/overlay.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

/** A name that was taken out of a directory, and what it stood for. */
export interface Removed {
  readonly parent: Inode;
  readonly name: string;
  readonly inode: Inode;
}

/** A name that was put back. */
interface PutBack {
  readonly parent: Inode;
  readonly name: string;
}

/**
 * Runs `job`, which begins a segment of the journal, on the tree as it was before `removed`, which are in the order in which
 * they went. What cannot be put back is left out: something else has its name, its directory is gone, it has another name, no
 * checkpoint would hold it, or its bytes are nowhere.
 */
export function withRemoved<T>(tree: WorkingTree, removed: readonly Removed[], job: () => T): T {
  const back = putBack(tree, removed);
  const { journal } = tree;
  const { segment } = journal;
  try {
    return job();
  } finally {
    for (const { parent, name } of back) {
      takeOut(tree, parent, name);
      if (journal.segment !== segment) logGone(tree, parent, name);
    }
  }
}

/** Returns the names that are in directories of the tree: what is below them goes with them. */
function putBack(tree: WorkingTree, removed: readonly Removed[]): PutBack[] {
  const back: PutBack[] = [];
  const again = new Map<Inode, Inode>();
  const made = new Set<Inode>();
  // Directories went after what was in them.
  for (const { parent: before, name, inode } of removed.toReversed()) {
    const parent = again.get(before) ?? before;
    if (!isRoomFor(tree, parent, name, made) || !isGone(inode) || tree.keepsOut(name)) continue;
    if (!isStored(inode.content)) continue;
    const copy = copyOf(tree, inode);
    tree.attach(parent, name, copy);
    tree.nameChanged(parent, name);
    again.set(inode, copy);
    made.add(copy);
    if (!made.has(parent)) back.push({ parent, name });
  }
  return back;
}

function isRoomFor(
  tree: WorkingTree,
  parent: Inode,
  name: string,
  made: ReadonlySet<Inode>,
): boolean {
  if (!made.has(parent) && (parent.stale || tree.isOrphan(parent))) return false;
  return tree.load(parent) === Status.Ok && !parent.directory!.entries!.has(name);
}

/** True if it has no name any more. */
function isGone(inode: Inode): boolean {
  return inode.parent === null && (inode.directory !== null || inode.nlink === 0);
}

/** True if all of its bytes are in the store and the journal: of what was removed while it was imported they may not be. */
function isStored(content: Content): boolean {
  const bottom = content instanceof Overlay ? content.base : content;
  return bottom === null || bottom instanceof StoredContent;
}

/** Takes a name that nobody knows of out of a directory, and all that is below it. */
export function takeOut(tree: WorkingTree, parent: Inode, name: string): void {
  const { inode } = parent.directory!.entries!.get(name)!;
  if (inode.directory !== null && tree.load(inode) === Status.Ok) {
    for (const below of [...inode.directory.entries!.keys()]) takeOut(tree, inode, below);
  }
  tree.detach(parent, name);
  tree.nameChanged(parent, name);
  leaveKeptOut(parent, name);
  if (inode.directory === null) inode.nlink--;
}

/** Where the journal takes no more, they come back with another server: that is better than that they are lost. */
function logGone(tree: WorkingTree, parent: Inode, name: string): void {
  const { records } = tree.journal;
  if (tree.bind(parent) === Status.Ok) {
    tree.journal.record.begin(RecordType.GONE).number(parent.nodeId).string(name);
    tree.log();
  }
  tree.journal.retold += tree.journal.records - records;
}
