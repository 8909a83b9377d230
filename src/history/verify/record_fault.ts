/**
 * What of an inode's record contradicts itself.
 *
 * @module
 */

import { CHUNK_BYTES } from "../../store/contents/chunk_list.ts";
import { type InodeRecord, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from "../../store/trees/entry.ts";

/** Why nobody writes such a record, or null. What a directory's says of its tree is not looked at. */
export function recordFault(record: InodeRecord): string | null {
  const type = record.mode & S_IFMT;
  if (type === S_IFDIR) return null;
  const hasBytes = type === S_IFREG || type === S_IFLNK;
  if (!hasBytes && record.content !== null) return "it has content and can have none";
  if (hasBytes && (record.content === null) !== (record.size === 0)) {
    return `it has ${record.size} bytes and ${record.content === null ? "no" : "a"} content`;
  }
  if (record.chunked !== (type === S_IFREG && (record.chunked || record.size > CHUNK_BYTES))) {
    return "it is in chunks where it should not be, or the other way round";
  }
  return null;
}
