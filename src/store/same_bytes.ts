/**
 * Whether two contents of a file are the same bytes, which they may be with other holes.
 *
 * @module
 */

import { CHUNK_BYTES, type ChunkList } from "./contents/chunk_list.ts";
import type { ContentId } from "./trees/entry.ts";
import type { Hasher } from "./format/hasher.ts";
import type { ObjectId } from "./format/object_id.ts";

/** What the comparison asks of the store. */
export interface ByteSource {
  readonly hasher: Hasher;
  /** The chunk list `id` of a file of `size` bytes. */
  list(id: ObjectId, size: number): ChunkList;
}

/** Of files of `size` bytes. Compares ids of chunks: no bytes are read. */
export function sameBytes(source: ByteSource, a: ContentId, b: ContentId, size: number): boolean {
  if (a.content === b.content) return true;
  if (a.content === null || b.content === null) return false;
  // Blobs, and plain lists, have one id for the same bytes.
  if (!a.chunked && !b.chunked) return false;
  if (size <= CHUNK_BYTES) return onlyChunk(source, a, size) === onlyChunk(source, b, size);
  const [ours, theirs] = [source.list(a.content, size), source.list(b.content, size)];
  const chunks = Math.ceil(size / CHUNK_BYTES);
  for (let chunk = 0; chunk < chunks;) {
    const [run, other] = [ours.runOf(chunk), theirs.runOf(chunk)];
    if (ours.id(run) !== theirs.id(other)) return false;
    chunk = Math.min(ours.start(run + 1), theirs.start(other + 1));
  }
  return true;
}

/** The blob of all the bytes of a file of one chunk. */
function onlyChunk({ hasher, list }: ByteSource, content: ContentId, size: number): ObjectId {
  if (!content.chunked) return content.content!;
  return list(content.content!, size).id(0) ?? hasher.blob(new Uint8Array(size));
}
