/**
 * Small questions about inode records and tree entries.
 *
 * @module
 */

import {
  type InodeEntry,
  type InodeRecord,
  S_IFDIR,
  S_IFMT,
  type TreeEntry,
} from "../../store/trees/entry.ts";

/** True for the entry of a directory. */
export function isDirectory(entry: TreeEntry | null | undefined): entry is InodeEntry {
  return entry !== null && entry !== undefined && !entry.linked && isDirectoryRecord(entry);
}

export function isDirectoryRecord(record: InodeRecord | null): boolean {
  return record !== null && (record.mode & S_IFMT) === S_IFDIR;
}

/** An entry's record without its name, its fields always in the same order (commits depend on that). */
export function recordOf(entry: InodeRecord): InodeRecord {
  return {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    rdev: entry.rdev,
    ino: entry.ino,
    size: entry.size,
    mtimeSec: entry.mtimeSec,
    mtimeNsec: entry.mtimeNsec,
    ctimeSec: entry.ctimeSec,
    ctimeNsec: entry.ctimeNsec,
    xattrs: entry.xattrs,
    content: entry.content,
    chunked: entry.chunked,
    nlink: entry.nlink,
    entries: entry.entries,
  };
}
