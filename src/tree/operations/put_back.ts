/**
 * Putting back for a moment what was removed a moment ago, so that a checkpoint can hold it.
 *
 * Nobody sees it: it is put back, captured and removed once more between two requests. What is put back is another inode with
 * the same number; the kernel, and who has the removed one open, keep that one. The journal tells of both, of the names alone: if
 * the capture comes to be the snapshot that is gone on from, it has the contents, and else nobody needs them.
 *
 * @module
 */

import { copyOf } from "../orphan.ts";
import { StoredContent } from "../nodes/content.ts";
import type { Inode } from "../nodes/inode.ts";
import { type Content, Overlay } from "../nodes/overlay.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";
import { createAgain, removeAgain } from "./names.ts";

/** A name that was taken out of a directory, and what it stood for. */
export interface Removed {
  readonly parent: Inode;
  readonly name: string;
  readonly inode: Inode;
}

/**
 * Runs `job` on the tree as it was before `removed`, which are in the order in which they went. What cannot be put back is left
 * out: something else has its name, its directory is gone, it has another name, no checkpoint would hold it, or its bytes are nowhere.
 */
export function withRemoved<T>(tree: WorkingTree, removed: readonly Removed[], job: () => T): T {
  const back = putBack(tree, removed);
  try {
    return job();
  } finally {
    // What is in a directory first.
    for (const { parent, name } of back.reverse()) removeAgain(tree, parent, name);
  }
}

function putBack(tree: WorkingTree, removed: readonly Removed[]): Removed[] {
  const back: Removed[] = [];
  const again = new Map<Inode, Inode>();
  // Directories went after what was in them.
  for (const { parent: before, name, inode } of removed.toReversed()) {
    const parent = again.get(before) ?? before;
    if (!isRoomFor(tree, parent, name) || !isGone(inode) || tree.keepsOut(name)) continue;
    if (!isStored(inode.content)) continue;
    const made = copyOf(tree, inode);
    // The disk is full: what is there is better than nothing.
    if (!createAgain(tree, parent, name, made)) break;
    again.set(inode, made);
    back.push({ parent, name, inode: made });
  }
  return back;
}

function isRoomFor(tree: WorkingTree, parent: Inode, name: string): boolean {
  if (parent.stale || tree.isOrphan(parent) || tree.load(parent) !== Status.Ok) return false;
  return !parent.directory!.entries!.has(name);
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
