/**
 * Where an object is stored.
 *
 * @module
 */

import type { ObjectId } from "./object_id.ts";

/** The payload of one pack record. */
export class Location {
  /** True once the bytes were seen to have their name. */
  verified = false;

  constructor(
    /** Number of the pack. */
    public pack: number,
    /** Offset of the record in the pack, bytes. */
    public offset: number,
    /** Bytes of the payload as stored. */
    public stored: number,
    /** Bytes of the object. */
    readonly size: number,
    /** See pack_format.ts. */
    public encoding: number,
    /** One of OBJECT_TYPE_CODES. */
    readonly type: number,
  ) {}

  /** The object was written to another pack: everybody who holds this location learns it. */
  moveTo({ pack, offset, stored, encoding }: Location): void {
    this.pack = pack;
    this.offset = offset;
    this.stored = stored;
    this.encoding = encoding;
    this.verified = false;
  }
}

/**
 * Remembers where objects are, as two generations: when the young one is full the old one is forgotten.
 * Cheaper than a true LRU, and what is in use comes back into the young one.
 */
export class LocationCache {
  /** Each takes about 250 bytes with its id. */
  static readonly #GENERATION = 8192;
  #young = new Map<ObjectId, Location>();
  #old = new Map<ObjectId, Location>();

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(id: ObjectId): Location | undefined {
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    if (old !== undefined) this.set(id, old);
    return old;
  }

  delete(id: ObjectId): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  set(id: ObjectId, location: Location): void {
    if (this.#young.size >= LocationCache.#GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, location);
  }
}
