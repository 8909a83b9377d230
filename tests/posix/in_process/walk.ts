/**
 * Finding what a path means in a working tree, as the kernel does for a mount.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import { errnoOf } from "../../../src/mount/fuse/errno.ts";
import type { Inode } from "../../../src/tree/nodes/inode.ts";
import { readTarget } from "../../../src/tree/operations/read.ts";
import { Status } from "../../../src/tree/status.ts";
import type { WorkingTree } from "../../../src/tree/working_tree.ts";

export const EBUSY = 16;
const PATH_MAX = 4096;
const MOST_SYMLINKS = 40;

/** Thrown with an errno: what a call returns. */
export class CallError extends Error {
  constructor(readonly errno: number) {
    super(`errno ${errno}`);
  }
}

/** Where a path ends. */
export interface Place {
  readonly parent: Inode;
  /** The last name; "." or ".." if the path ends in one. */
  readonly name: string;
  /** Null if there is none. */
  readonly inode: Inode | null;
  /** The path has a slash behind the last name. */
  readonly slash: boolean;
}

export function checked<T>(value: T | Status): T {
  if (typeof value === "number" && value !== 0) throw new CallError(errnoOf(value as Status));
  return value as T;
}

/** Of what has to be there. */
export function found({ inode, slash }: Place): Inode {
  if (inode === null) throw new CallError(Errno.ENOENT);
  if (slash && inode.directory === null) throw new CallError(Errno.ENOTDIR);
  return inode;
}

/** A place where something is made, or from where it is taken away: "." is no name for that. */
export function named(place: Place, errno: number = EBUSY): Place {
  if (place.name === "." || place.name === "..") throw new CallError(errno);
  return place;
}

export class TreeWalk {
  #symlinks = 0;

  constructor(readonly tree: WorkingTree) {}

  /** `follow`: a symlink that is the last name is followed. */
  find(from: Inode, path: string, follow: boolean): Place {
    this.#symlinks = 0;
    if (path === "") throw new CallError(Errno.ENOENT);
    if (path.length >= PATH_MAX) throw new CallError(Errno.ENAMETOOLONG);
    return this.#walk(from, path, follow);
  }

  #walk(from: Inode, path: string, follow: boolean): Place {
    const names = path.split("/").filter((name) => name !== "");
    const slash = path.endsWith("/");
    let at = path.startsWith("/") ? this.tree.root : from;
    if (names.length === 0) return { parent: at, name: ".", inode: at, slash };
    for (const name of names.slice(0, -1)) {
      const next = this.#step(at, name, true).inode;
      if (next === null) throw new CallError(Errno.ENOENT);
      at = next;
    }
    const last = this.#step(at, names.at(-1)!, follow);
    return { ...last, slash: slash || last.slash };
  }

  #step(at: Inode, name: string, follow: boolean): Place {
    if (at.directory === null) throw new CallError(Errno.ENOTDIR);
    if (name === ".") return { parent: at, name, inode: at, slash: false };
    if (name === "..") return { parent: at, name, inode: at.parent ?? at, slash: false };
    const looked = this.tree.lookup(at, name);
    if (looked === Status.NotFound) return { parent: at, name, inode: null, slash: false };
    const inode = checked<Inode>(looked);
    this.tree.nodes.remember(inode);
    if (!follow || !inode.isSymlink) return { parent: at, name, inode, slash: false };
    if (++this.#symlinks > MOST_SYMLINKS) throw new CallError(Errno.ELOOP);
    return this.#walk(at, checked<string>(readTarget(this.tree, inode)), true);
  }
}
