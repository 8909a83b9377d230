/**
 * What the kernel must not believe any longer after the tree was changed from behind it.
 *
 * @module
 */

import type { Inode } from "./inode.ts";

export class Invalidation {
  /**
   * Names whose meaning changed: parents' node ids and names, parallel; and the node ids of files that have lost their
   * last name with it, 0 for others.
   */
  readonly parents: number[] = [];
  readonly names: string[] = [];
  readonly removed: number[] = [];
  /** Inodes whose attributes and cached bytes or listing are wrong. */
  readonly data: number[] = [];
  /** Inodes of which only the attributes are. */
  readonly attributes: number[] = [];

  /** What the kernel never looked up it cannot have cached. `removed`: whose last name it was. */
  entry(parent: Inode, name: string, removed: Inode | null = null): void {
    if (parent.lookups === 0) return;
    this.parents.push(parent.nodeId);
    this.names.push(name);
    this.removed.push(removed !== null && removed.lookups > 0 ? removed.nodeId : 0);
  }

  inode(inode: Inode): void {
    if (inode.lookups > 0) this.data.push(inode.nodeId);
  }

  attribute(inode: Inode): void {
    if (inode.lookups > 0) this.attributes.push(inode.nodeId);
  }
}
