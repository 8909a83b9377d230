/**
 * Reads the contents of files: blobs, chunk lists and nothing.
 *
 * @module
 */

import { CHUNK_BYTES, ChunkList } from "../contents/chunk_list.ts";
import { allocatedBytes, nextData, nextHole } from "../contents/chunk_map.ts";
import type { ContentId } from "../trees/entry.ts";
import { LruCache } from "../format/lru_cache.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectReader } from "./object_reader.ts";
import { damagedObject } from "../format/store_error.ts";

/** Decoded chunk lists that are kept, bytes. */
const CACHE_BYTES = 64 * 1024 * 1024;

export class ContentReader {
  readonly #objects: ObjectReader;
  readonly #lists = new LruCache<ObjectId, ChunkList>(CACHE_BYTES, (list) => list.weight);
  /** The list used last: most reads go on where another ended. */
  #lastId: ObjectId | null = null;
  #last: ChunkList | null = null;

  constructor(objects: ObjectReader) {
    this.#objects = objects;
  }

  /** See {@linkcode Store.readContent}. */
  read(
    content: ContentId,
    size: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): number {
    const count = Math.min(length, size - offset);
    if (!(count > 0)) return 0;
    // System calls write where they are told to: nothing behind this looks at bounds again.
    if (!(offset >= 0 && intoOffset >= 0 && intoOffset + count <= into.length)) {
      throw new RangeError(
        `Cannot read ${count} bytes at ${offset} to ${intoOffset}: out of bounds`,
      );
    }
    const id = content.content;
    if (id === null) into.fill(0, intoOffset, intoOffset + count);
    else if (content.chunked) this.#readChunks(id, size, offset, into, intoOffset, count);
    else {
      const location = this.#objects.locate(id, "blob");
      this.#objects.readRange(id, location, offset, into, intoOffset, count);
    }
    return count;
  }

  /** Bytes that are not in holes. */
  allocatedBytes(content: ContentId, size: number): number {
    if (content.content === null) return 0;
    return content.chunked ? allocatedBytes(this.list(content.content, size), size) : size;
  }

  nextData(content: ContentId, size: number, offset: number): number {
    if (offset >= size || content.content === null) return -1;
    return content.chunked ? nextData(this.list(content.content, size), size, offset) : offset;
  }

  nextHole(content: ContentId, size: number, offset: number): number {
    if (offset >= size) return -1;
    if (content.content === null) return offset;
    return content.chunked ? nextHole(this.list(content.content, size), size, offset) : size;
  }

  /** The decoded chunk list `id` of a file of at least `size` bytes. */
  list(id: ObjectId, size: number): ChunkList {
    const list = this.#lastId === id ? this.#last! : this.#load(id);
    if (size > list.size) {
      throw damagedObject(id, `it lists ${list.size} bytes, ${size} were expected`);
    }
    return list;
  }

  /** Decoded lists that are kept. */
  get size(): number {
    return this.#lists.size;
  }

  /** Forgets everything that was read. */
  clear(): void {
    this.#lists.clear();
    this.#lastId = this.#last = null;
  }

  #load(id: ObjectId): ChunkList {
    let list = this.#lists.get(id);
    if (list === undefined) {
      list = ChunkList.decode(this.#objects.object(id, "chunks"), id);
      this.#lists.add(id, list);
    }
    this.#lastId = id;
    this.#last = list;
    return list;
  }

  #readChunks(
    id: ObjectId,
    size: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): void {
    const list = this.list(id, size);
    while (length > 0) {
      const chunk = Math.floor(offset / CHUNK_BYTES);
      const within = offset - chunk * CHUNK_BYTES;
      const count = Math.min(length, CHUNK_BYTES - within);
      const run = list.runOf(chunk);
      if (list.isZero(run)) into.fill(0, intoOffset, intoOffset + count);
      else this.#readChunk(list, run, within, into, intoOffset, count);
      offset += count;
      intoOffset += count;
      length -= count;
    }
  }

  #readChunk(
    list: ChunkList,
    run: number,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): void {
    const id = list.id(run)!;
    const location = list.locations[run] ??= this.#objects.locate(id, "blob");
    this.#objects.readRange(id, location, offset, into, intoOffset, length);
  }
}
