/**
 * What the kernel must not believe any longer after the tree was changed from behind it.
 *
 * @module
 */

import { type Inode, pathOf } from "./inode.ts";

/** A name of which who watches its directory, or what it stood for, is told. */
export interface NameChange {
  readonly parent: Inode;
  /** Where that was before the change; null where the path is too long for a system call. */
  readonly directory: string | null;
  readonly name: string;
  /** What it stood for, if that is another node now, or none. */
  readonly was: Inode | null;
  /** Inode numbers of both as they were: what has no name any more gets another. */
  readonly parentNumber: number;
  readonly wasNumber: number;
}

export class Invalidation {
  /** In the order in which the same is done by hand: what is in a directory goes before the directory. */
  readonly changes: NameChange[] = [];
  /** What is the same as before, with attributes that somebody has set; and with another number of names alone. */
  readonly touched: Inode[] = [];
  readonly linked: Inode[] = [];
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

  readonly #paths = new Map<Inode, string | null>();

  /**
   * What the kernel never looked up it cannot have cached.
   *
   * @param was what the name stood for
   * @param isLast true if that was its last name
   */
  entry(parent: Inode, name: string, was: Inode | null = null, isLast = false): void {
    if (parent.lookups === 0) return;
    this.parents.push(parent.nodeId);
    this.names.push(name);
    this.removed.push(was !== null && isLast && was.lookups > 0 ? was.nodeId : 0);
    this.changes.push({
      parent,
      directory: this.#pathOf(parent),
      name,
      was,
      parentNumber: parent.ino,
      wasNumber: was?.ino ?? 0,
    });
  }

  /** A directory may have lost its own name when the last one in it changes. */
  #pathOf(directory: Inode): string | null {
    let path = this.#paths.get(directory);
    if (path === undefined) this.#paths.set(directory, path = pathOf(directory));
    return path;
  }

  inode(inode: Inode): void {
    if (inode.lookups > 0) this.data.push(inode.nodeId);
  }

  attribute(inode: Inode): void {
    if (inode.lookups > 0) this.attributes.push(inode.nodeId);
  }
}
