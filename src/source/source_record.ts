/**
 * The record a source entry is stored as.
 *
 * @module
 */

import type { ContentId, InodeRecord } from "../store/trees/entry.ts";
import type { ObjectId } from "../store/format/object_id.ts";
import type { SourceEntry } from "./read_source.ts";

export function sourceRecord(
  entry: SourceEntry,
  content: ContentId,
  xattrs: ObjectId | null,
  counts: Pick<InodeRecord, "nlink" | "size" | "entries">,
): InodeRecord {
  return {
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    rdev: entry.rdev,
    ino: entry.ino,
    size: counts.size,
    mtimeSec: entry.mtimeSec,
    mtimeNsec: entry.mtimeNsec,
    ctimeSec: entry.ctimeSec,
    ctimeNsec: entry.ctimeNsec,
    xattrs,
    content: content.content,
    chunked: content.chunked,
    nlink: counts.nlink,
    entries: counts.entries,
  };
}
