/**
 * One name in a directory, as the store keeps it.
 *
 * Names are bytes; in memory they are strings with one UTF-16 unit per byte ("binary strings"), so
 * that a name which is not UTF-8 survives and comparison of strings is comparison of bytes.
 *
 * @module
 */

import type { ObjectId } from "../format/object_id.ts";

/** The S_IFMT part of a mode, from stat(2). */
export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;

/** What stat(2) tells of an inode and what a checkpoint keeps of it. */
export interface Attributes {
  /** File type and permission bits, as st_mode. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Device number of a character or block device, in the kernel's 32-bit encoding; else 0. */
  readonly rdev: number;
  /** Inode number, below 2^53. */
  readonly ino: number;
  /** Bytes of a file or of a symlink's target. Of a directory: total bytes of all files below it. */
  readonly size: number;
  /** Seconds since 1970, negative before. */
  readonly mtimeSec: number;
  /** 0 to 999 999 999. */
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  /** Extended attributes object, or null where there are none. */
  readonly xattrs: ObjectId | null;
}

/** Where an inode's bytes are. */
export interface ContentId {
  /**
   * Regular file: blob, or chunk list where {@linkcode chunked}; null when empty.
   * Symlink: blob of the target. Directory: tree object. Otherwise null.
   */
  readonly content: ObjectId | null;
  /** True if {@linkcode content} names a chunk list. */
  readonly chunked: boolean;
}

/** An inode as a tree or the link table records it. */
export interface InodeRecord extends Attributes, ContentId {
  /**
   * Names of this inode in the tree: 1 except in the link table. For directories 2 and one for each
   * subdirectory, as st_nlink; 0 where that is not known.
   */
  readonly nlink: number;
  /** Directories: number of entries below it, at any depth; else 0. */
  readonly entries: number;
}

/** A name in a tree object that stands for an inode of its own. */
export interface InodeEntry extends InodeRecord {
  readonly name: string;
  readonly linked: false;
}

/** A name of a hard-linked inode: the record itself is in the snapshot's link table, by `ino`. */
export interface LinkEntry {
  readonly name: string;
  readonly linked: true;
  readonly ino: number;
}

export type TreeEntry = InodeEntry | LinkEntry;

/** A whole file system state: its root directory and the records of its hard-linked inodes. */
export interface Snapshot {
  readonly root: InodeRecord;
  /** Link table object, or null where no inode has more than one name. */
  readonly links: ObjectId | null;
}
