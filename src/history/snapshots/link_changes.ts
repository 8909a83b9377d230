/**
 * Which hard-linked inodes have another record in another snapshot.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";

export interface LinkChange {
  readonly before: InodeRecord | null;
  readonly after: InodeRecord | null;
}

/** Inode number → its records in the two tables, for those that are not stored as the very same record. */
export function changedLinks(
  store: Store,
  a: ObjectId | null,
  b: ObjectId | null,
): Map<number, LinkChange> {
  const changes = new Map<number, LinkChange>();
  if (a === b) return changes;
  const before = store.readLinks(a);
  const after = store.readLinks(b);
  for (const [ino, record] of before) {
    const now = after.get(ino) ?? null;
    if (now === null || !sameRecord(record, now)) changes.set(ino, { before: record, after: now });
  }
  for (const [ino, record] of after) {
    if (!before.has(ino)) changes.set(ino, { before: null, after: record });
  }
  return changes;
}

/** True if the two are equal in every way, times included. */
export function sameRecord(a: InodeRecord, b: InodeRecord): boolean {
  return a.content === b.content && a.xattrs === b.xattrs && a.mode === b.mode && a.uid === b.uid &&
    a.gid === b.gid && a.size === b.size && a.nlink === b.nlink && a.rdev === b.rdev &&
    a.mtimeSec === b.mtimeSec && a.mtimeNsec === b.mtimeNsec && a.ctimeSec === b.ctimeSec &&
    a.ctimeNsec === b.ctimeNsec;
}
