/**
 * An inode of the working tree, in memory.
 *
 * A node id names it towards the kernel and in the journal. It is never used again for another inode,
 * which is how who has a file open that a rollback replaced keeps that one. The inode number is what stat(2) shows; a rollback
 * brings it back, and gives the file that was replaced another.
 *
 * @module
 */

import { type InodeRecord, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Content } from "./overlay.ts";
import type { SourcePath } from "./source_path.ts";

export type Xattrs = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Attributes are in the source and not read yet. */
export const XATTRS_IN_SOURCE = Symbol("xattrs in source");

/** A name of an inode. */
export interface Name {
  readonly parent: Inode;
  readonly name: string;
  readonly dirent: Dirent;
}

/** The node id of a tree's root, as the protocol fixes it (FUSE_ROOT_ID). */
export const ROOT_NODE_ID = 1;

/** Cookies 1 and 2 are those of `.` and `..`. */
export const FIRST_COOKIE = 3;

/** A name in a directory. */
export class Dirent {
  /** Where its name stands in {@linkcode Inode.names}, if the inode has those. */
  slot = -1;

  constructor(
    readonly inode: Inode,
    /** Listing position: grows within the directory, is never used twice. */
    public cookie: number,
  ) {}
}

/** The entries whose cookies are above `cookie`: `first`, if it is still there, and then `rest`. */
export interface ListingCursor {
  readonly cookie: number;
  readonly first: [string, Dirent] | null;
  readonly rest: Iterator<[string, Dirent]>;
}

/** What a directory has on top of an inode. */
export class DirectoryState {
  /** Children by name; null until first needed. Insertion order is listing order, cookies only grow. */
  entries: Map<string, Dirent> | null = null;
  nextCookie = FIRST_COOKIE;
  /** Names that differ from `base`. Not empty exactly if the directory's own name is in its parent's set. */
  changed = new Set<string>();
  /** Names in a capture that is not settled. */
  captured: Set<string> | null = null;
  /** Names of files that no checkpoint has (`kept_out.ts`): never in `changed`. */
  keptOut: Set<string> | null = null;
  /** Number of directories among the children; -1 if that takes loading `entries`. */
  subdirectories = -1;
  /** Where the last listings stopped, the latest last. Several may be at one cookie. */
  cursors: ListingCursor[] = [];

  /** The node log has the cookies up to this one, and those of names that were added since it has any. */
  told = 0;

  constructor(
    /** Tree object this directory was loaded from or last saved as; null for none. */
    public base: ObjectId | null,
    /** Where it is in the source, while it is not imported; else null. */
    public sourcePath: SourcePath | null,
  ) {}
}

/** Of a directory that has no names, and is stored nowhere. */
export function emptyDirectory(): DirectoryState {
  const state = new DirectoryState(null, null);
  state.entries = new Map();
  state.subdirectories = 0;
  return state;
}

export class Inode {
  /** Names, in the kernel's count: how many lookups it has to forget. */
  lookups = 0;
  nlink = 1;
  atimeSec: number;
  atimeNsec: number;
  /** The only name, or one of them. Null for the root and for unlinked inodes. */
  parent: Inode | null = null;
  name = "";
  /** All loaded names, in no order, if the record is in the link table. */
  names: Name[] | null = null;
  content: Content = null;
  /** Target of a symlink once read. */
  target: string | null = null;
  xattrs: Xattrs | ObjectId | null | typeof XATTRS_IN_SOURCE = null;
  directory: DirectoryState | null = null;
  /** Its bytes are nowhere any more: every use answers {@linkcode Status.Stale}. */
  stale = false;
  /** Journal epoch in which the journal has told what this node id stands for. */
  boundEpoch = -1;

  constructor(
    public nodeId: number,
    public ino: number,
    public mode: number,
    public uid: number,
    public gid: number,
    public rdev: number,
    public size: number,
    public mtimeSec: number,
    public mtimeNsec: number,
    public ctimeSec: number,
    public ctimeNsec: number,
  ) {
    this.atimeSec = mtimeSec;
    this.atimeNsec = mtimeNsec;
  }

  /** Adds a loaded name. The inode is one that has {@linkcode names}. */
  addName(parent: Inode, name: string, dirent: Dirent): void {
    dirent.slot = this.names!.push({ parent, name, dirent }) - 1;
  }

  /** Takes a loaded name away; the last one takes its slot. */
  removeName({ slot }: Dirent): void {
    const last = this.names!.pop()!;
    if (slot === this.names!.length) return;
    this.names![slot] = last;
    last.dirent.slot = slot;
  }

  get isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }

  get isFile(): boolean {
    return (this.mode & S_IFMT) === S_IFREG;
  }

  get isSymlink(): boolean {
    return (this.mode & S_IFMT) === S_IFLNK;
  }

  /** Attributes that a checkpoint records equal those of `record` (contents are not looked at). */
  hasAttributesOf(record: InodeRecord): boolean {
    return this.mode === record.mode && this.uid === record.uid && this.gid === record.gid &&
      this.rdev === record.rdev && this.mtimeSec === record.mtimeSec &&
      this.mtimeNsec === record.mtimeNsec && this.ctimeSec === record.ctimeSec &&
      this.ctimeNsec === record.ctimeNsec && this.xattrs === record.xattrs;
  }
}

/** System calls take 4096 bytes of a path. The others are for the mountpoint. */
const LONGEST_PATH = 4000;

/**
 * Path of an inode by its name, from the root of its tree: a binary string; "" for the root. Null where it is too long for
 * a system call.
 */
export function pathOf(inode: Inode): string | null {
  const names: string[] = [];
  let length = 0;
  for (let at = inode; at.parent !== null; at = at.parent) {
    length += at.name.length + 1;
    if (length > LONGEST_PATH) return null;
    names.push(at.name);
  }
  return names.reverse().join("/");
}
