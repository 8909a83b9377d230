/**
 * Whether an inode changed: by kind, mode, owner, content and extended attributes, never by times or inode
 * numbers.
 *
 * @module
 */

import { type InodeRecord, S_IFDIR, S_IFLNK, S_IFMT } from "../../store/trees/entry.ts";

/** `target` is a symlink's content. A device's number counts as its content. */
export type ChangeDetail = "content" | "mode" | "owner" | "xattrs" | "target";

export const PERMISSION_BITS = 0o7777;

/** True if the two are of different kinds (a file and a directory, say). */
export function kindsDiffer(a: InodeRecord, b: InodeRecord): boolean {
  return (a.mode & S_IFMT) !== (b.mode & S_IFMT);
}

/** What differs between two inodes of the same kind. What a directory contains is not part of it. */
export function changedDetails(a: InodeRecord, b: InodeRecord): ChangeDetail[] {
  const details: ChangeDetail[] = [];
  const kind = b.mode & S_IFMT;
  if (kind !== S_IFDIR) {
    // Contents are stored in one way only for their size, so equal bytes have equal ids.
    const differs = a.content !== b.content || a.size !== b.size || a.rdev !== b.rdev;
    if (differs) details.push(kind === S_IFLNK ? "target" : "content");
  }
  if ((a.mode & PERMISSION_BITS) !== (b.mode & PERMISSION_BITS)) details.push("mode");
  if (a.uid !== b.uid || a.gid !== b.gid) details.push("owner");
  if (a.xattrs !== b.xattrs) details.push("xattrs");
  return details;
}
