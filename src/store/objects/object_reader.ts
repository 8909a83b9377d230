/**
 * Finds objects and reads their bytes, checking each object's name the first time it is read.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { CHUNK_BYTES } from "../contents/chunk_list.ts";
import type { Hasher } from "../format/hasher.ts";
import { databaseError } from "../files/io_error.ts";
import { type Location, LocationCache } from "../format/location.ts";
import { LruCache } from "../format/lru_cache.ts";
import type { ObjectId } from "../format/object_id.ts";
import { ObjectIndex } from "../index/object_index.ts";
import {
  OBJECT_TYPE_CODES,
  type ObjectSource,
  type ObjectType,
  objectTypeOf,
} from "../format/object_type.ts";
import { ENCODING_PLAIN, RECORD_HEADER_BYTES } from "../format/pack_format.ts";
import { PackReader } from "../packs/pack_reader.ts";
import { checkPayloadSize, decodePayload, verifyObject } from "../format/payload.ts";
import { damagedObject, StoreError } from "../format/store_error.ts";
import { indexPath } from "../files/store_paths.ts";

/** Memory for plain bytes of metadata objects and of decompressed blobs. */
const CACHE_BYTES = 8 * 1024 * 1024;

/** Objects that were put but not committed: the index does not know them, nor perhaps the pack file. */
export interface PendingObjects {
  find(id: ObjectId): Location | undefined;
  /** Copies bytes of a pack that are still in memory; false if they are in the file. */
  copy(pack: number, offset: number, into: Uint8Array, length: number): boolean;
}

export class ObjectReader implements ObjectSource {
  readonly packs: PackReader;
  readonly #path: string;
  readonly #index: ObjectIndex;
  readonly #hasher: Hasher;
  readonly #pending: PendingObjects | null;
  readonly #locations = new LocationCache();
  readonly #cache = new LruCache<ObjectId, Uint8Array<ArrayBuffer>>(CACHE_BYTES, (b) => b.length);
  readonly #scratch = new Uint8Array(CHUNK_BYTES);

  constructor(
    directory: string,
    database: DatabaseSync,
    hasher: Hasher,
    pending: PendingObjects | null,
  ) {
    this.packs = new PackReader(directory);
    this.#path = indexPath(directory);
    this.#index = new ObjectIndex(database);
    this.#hasher = hasher;
    this.#pending = pending;
  }

  /** How many there are of what it keeps. */
  get counts(): { locations: number; objects: number; objectBytes: number; packs: number } {
    const { size: objects, bytes: objectBytes } = this.#cache;
    return { locations: this.#locations.size, objects, objectBytes, packs: this.packs.count };
  }

  /** Where the object is; null if the store does not have it. */
  find(id: ObjectId): Location | null {
    const known = this.#pending?.find(id) ?? this.#locations.get(id);
    if (known !== undefined) return known;
    const found = this.#search(id);
    if (found !== null) this.#locations.set(id, found);
    return found;
  }

  /** As {@linkcode find}, but throws `missing_object`, and `damaged_object` if it is of another type. */
  locate(id: ObjectId, type: ObjectType): Location {
    const location = this.#locate(id);
    if (location.type !== OBJECT_TYPE_CODES[type]) {
      throw damagedObject(
        id,
        `it is a ${objectTypeOf(location.type)} where a ${type} was expected`,
      );
    }
    return location;
  }

  object(id: ObjectId, type: ObjectType): Uint8Array<ArrayBuffer> {
    const location = this.locate(id, type);
    return this.#cache.get(id) ?? this.#load(id, location);
  }

  /**
   * Plain bytes of an object that is, or was, at that place: without asking the index, and without displacing what others
   * read again. For who walks the whole store.
   */
  objectAt(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    return this.#cache.get(id) ?? this.#plain(id, location);
  }

  /** Plain bytes of any object, in an array of its own. */
  read(id: ObjectId): Uint8Array<ArrayBuffer> {
    return this.#plain(id, this.#locate(id));
  }

  /** Copies bytes `[offset, offset + length)` of the object into `into` at `intoOffset`. */
  readRange(
    id: ObjectId,
    location: Location,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): void {
    try {
      this.#range(id, location, offset, into, intoOffset, length);
    } catch (error) {
      if (!this.#hasMoved(error, id, location)) throw error;
      this.#range(id, location, offset, into, intoOffset, length);
    }
  }

  #range(
    id: ObjectId,
    location: Location,
    offset: number,
    into: Uint8Array<ArrayBuffer>,
    intoOffset: number,
    length: number,
  ): void {
    if (offset + length > location.size) {
      throw damagedObject(id, `it has ${location.size} bytes, ${offset + length} were expected`);
    }
    if (location.encoding !== ENCODING_PLAIN) {
      const bytes = this.#cache.get(id) ?? this.#load(id, location);
      into.set(bytes.subarray(offset, offset + length), intoOffset);
      return;
    }
    if (location.verified || length === location.size) {
      const target = intoOffset === 0 ? into : into.subarray(intoOffset);
      this.#payload(id, location, offset, target, length);
      if (!location.verified) this.#verify(id, location, target.subarray(0, length));
      return;
    }
    const whole = this.#whole(id, location, this.#scratch);
    this.#verify(id, location, whole);
    into.set(whole.subarray(offset, offset + length), intoOffset);
  }

  /** The payload of a record as it is stored, checked whatever was checked before. */
  payload(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    const payload = this.#whole(id, location, null);
    const bytes = decodePayload(id, location, payload);
    verifyObject(this.#hasher, id, location.type, bytes);
    return payload;
  }

  /** Remembers where committed objects are. */
  remember(id: ObjectId, location: Location): void {
    this.#locations.set(id, location);
  }

  /** Asks the index again for everything from now on. */
  forgetLocations(): void {
    this.#locations.clear();
  }

  #locate(id: ObjectId): Location {
    const location = this.find(id);
    if (location !== null) return location;
    throw new StoreError("missing_object", `The store has no object ${id}`, { id });
  }

  #search(id: ObjectId): Location | null {
    try {
      return this.#index.find(id);
    } catch (cause) {
      throw databaseError("search the index", this.#path, cause);
    }
  }

  /**
   * Packs are rewritten and then removed while others read, and a lost object may be put again: if the error says that
   * the pack is gone or the object damaged, the index knows where it is now. Tells whether `location` was put right.
   */
  #hasMoved(error: unknown, id: ObjectId, location: Location): boolean {
    if (!(error instanceof StoreError)) return false;
    if (error.details.failure !== "ENOENT" && error.code !== "damaged_object") return false;
    const found = this.#search(id);
    if (found === null || found.size !== location.size || found.type !== location.type) {
      this.#locations.delete(id);
      return false;
    }
    if (found.pack === location.pack && found.offset === location.offset) return false;
    location.moveTo(found);
    return true;
  }

  #load(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    const bytes = this.#plain(id, location);
    this.#cache.add(id, bytes);
    return bytes;
  }

  #plain(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    try {
      return this.#decoded(id, location);
    } catch (error) {
      if (!this.#hasMoved(error, id, location)) throw error;
      return this.#decoded(id, location);
    }
  }

  #decoded(id: ObjectId, location: Location): Uint8Array<ArrayBuffer> {
    const payload = this.#whole(id, location, null);
    const bytes = decodePayload(id, location, payload);
    if (!location.verified) this.#verify(id, location, bytes);
    return bytes;
  }

  /** The whole payload, in `scratch` if it is given and large enough. */
  #whole(
    id: ObjectId,
    location: Location,
    scratch: Uint8Array<ArrayBuffer> | null,
  ): Uint8Array<ArrayBuffer> {
    const { stored } = location;
    checkPayloadSize(id, location);
    let payload: Uint8Array<ArrayBuffer>;
    if (scratch !== null && stored <= scratch.length) payload = scratch.subarray(0, stored);
    else {
      this.#checkLength(id, location);
      payload = new Uint8Array(stored);
    }
    this.#payload(id, location, 0, payload, stored);
    return payload;
  }

  /** Throws if the pack cannot hold the payload, before memory is taken for it. */
  #checkLength(id: ObjectId, location: Location): void {
    if (location.stored <= CHUNK_BYTES || this.#pending?.find(id) === location) return;
    const end = location.offset + RECORD_HEADER_BYTES + location.stored;
    if (end > this.packs.size(location.pack)) throw damagedObject(id, "its pack ends before it");
  }

  #payload(
    id: ObjectId,
    location: Location,
    from: number,
    into: Uint8Array<ArrayBuffer>,
    length: number,
  ): void {
    const offset = location.offset + RECORD_HEADER_BYTES + from;
    if (this.#pending?.copy(location.pack, offset, into, length)) return;
    if (this.packs.read(location.pack, offset, into, length) < length) {
      throw damagedObject(id, "its pack ends before it");
    }
  }

  #verify(id: ObjectId, location: Location, bytes: Uint8Array): void {
    verifyObject(this.#hasher, id, location.type, bytes);
    location.verified = true;
  }
}
