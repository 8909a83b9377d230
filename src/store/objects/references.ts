/**
 * Which objects an object names: the edges along which everything that walks the store goes.
 *
 * Commits are not taken apart here: what is in them is the business of the history.
 *
 * @module
 */

import { ChunkList } from "../contents/chunk_list.ts";
import { type InodeRecord, S_IFDIR, S_IFMT, type TreeEntry } from "../trees/entry.ts";
import { isTable, readBucketBytes, readTableBytes } from "../trees/link_table.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectType } from "../format/object_type.ts";
import { isIndex, readIndex, readLeaf } from "../trees/tree_page.ts";
import { decodeXattrs } from "../trees/xattr_codec.ts";

/** An object, and what it has to be. */
export interface Reference {
  readonly id: ObjectId;
  readonly type: ObjectType;
}

export type ReferenceVisitor = (id: ObjectId, type: ObjectType) => void;

/** Calls `visit` for each object that the object of these bytes names. Throws `damaged_object`. */
export function visitReferences(
  id: ObjectId,
  type: ObjectType,
  bytes: Uint8Array,
  visit: ReferenceVisitor,
): void {
  switch (type) {
    case "tree":
      if (isIndex(bytes)) { for (const page of readIndex(bytes, id)) visit(page.id, "tree"); }
      else for (const entry of leafEntries(bytes, id)) if (!entry.linked) visitRecord(entry, visit);
      return;
    case "chunks":
      return visitChunks(ChunkList.decode(bytes, id), visit);
    case "links":
      if (isTable(bytes)) {
        for (const bucket of readTableBytes(bytes, id).values()) visit(bucket, "links");
      } else {
        for (const record of readBucketBytes(bytes, id, null).values()) visitRecord(record, visit);
      }
      return;
    case "xattrs":
      decodeXattrs(bytes, id);
      return;
    case "blob":
    case "commit":
      return;
  }
}

/** Entries of a leaf page. */
function leafEntries(bytes: Uint8Array, id: ObjectId): TreeEntry[] {
  const entries: TreeEntry[] = [];
  readLeaf(bytes, id, entries);
  return entries;
}

/** The objects an inode's record names. */
function visitRecord(record: InodeRecord, visit: ReferenceVisitor): void {
  if (record.content !== null) visit(record.content, contentType(record));
  if (record.xattrs !== null) visit(record.xattrs, "xattrs");
}

/** What {@linkcode InodeRecord.content} is. */
export function contentType(
  { mode, chunked }: Pick<InodeRecord, "mode" | "chunked">,
): "tree" | "chunks" | "blob" {
  if ((mode & S_IFMT) === S_IFDIR) return "tree";
  return chunked ? "chunks" : "blob";
}

function visitChunks(list: ChunkList, visit: ReferenceVisitor): void {
  for (let run = 0; run < list.runs; run++) {
    const id = list.id(run);
    if (id !== null) visit(id, "blob");
  }
}
