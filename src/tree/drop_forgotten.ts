/**
 * Giving back the memory of what nobody looks at any more.
 *
 * A loaded directory keeps an inode for each of its names. Once the kernel has forgotten the directory and
 * everything in it, and nothing of it differs from the snapshot, its names can be loaded again when they are
 * wanted: then they get new node ids, which nobody can tell from the old ones.
 *
 * @module
 */

import type { Dirent, Inode } from "./nodes/inode.ts";
import type { WorkingTree } from "./working_tree.ts";

/** Forgotten nodes between two sweeps of the tree, which cost as much as is loaded. */
export const SWEEP_AFTER = 20_000;

/**
 * Drops the names of directories that are clean and forgotten with all that is in them. Returns how many names
 * were dropped. Does nothing while the source is imported or a capture is being stored: both refer to inodes.
 */
export function dropForgotten(tree: WorkingTree): number {
  tree.nodes.forgotten = 0;
  if (tree.base === null || tree.isCapturing) return 0;
  return new Sweep(tree).sweep();
}

class Sweep {
  #dropped = 0;

  constructor(readonly tree: WorkingTree) {}

  sweep(): number {
    // Directories before what is in them, so that backwards each comes after all that is below it.
    const { root } = this.tree;
    const loaded = root.directory!.entries === null ? [] : [root];
    for (const { directory } of loaded) {
      for (const { inode } of directory!.entries!.values()) {
        if (inode.directory !== null && inode.directory.entries !== null) loaded.push(inode);
      }
    }
    for (const inode of loaded.reverse()) this.#drop(inode);
    return this.#dropped;
  }

  /** Drops the names in a directory unless it has to stay itself, or something in it. */
  #drop(inode: Inode): void {
    const { changed, keptOut, entries } = inode.directory!;
    if (inode.lookups > 0 || changed.size > 0 || (keptOut?.size ?? 0) > 0) return;
    for (const { inode: child } of entries!.values()) if (this.#isNeeded(child)) return;
    this.#dropNames(inode, entries!.size);
  }

  /** What is in a directory was looked at before it: none is loaded any more that is not needed. */
  #isNeeded(inode: Inode): boolean {
    if (inode.directory === null) return this.#isFileNeeded(inode);
    return inode.lookups > 0 || inode.directory.entries !== null;
  }

  /** Whether it differs its directory knows, unless it is in the link table. */
  #isFileNeeded(inode: Inode): boolean {
    return inode.lookups > 0 || inode.names !== null && this.tree.changedLinks.has(inode);
  }

  #dropNames(inode: Inode, count: number): void {
    const directory = inode.directory!;
    for (const dirent of directory.entries!.values()) {
      if (dirent.inode.names !== null) this.#dropLinked(inode, dirent);
    }
    directory.entries = null;
    directory.cursors = [];
    this.#dropped += count;
  }

  /** It may be loaded under other names too. */
  #dropLinked(parent: Inode, dirent: Dirent): void {
    const { inode } = dirent;
    inode.removeName(dirent);
    const [other] = inode.names!;
    if (other === undefined) {
      this.tree.links.delete(inode.ino);
    } else if (inode.parent === parent) {
      inode.parent = other.parent;
      inode.name = other.name;
    }
  }
}
