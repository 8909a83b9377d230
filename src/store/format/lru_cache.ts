/**
 * A map of bounded size that forgets what was used least recently.
 *
 * @module
 */

/**
 * What a value costs besides its own bytes: an id as its key and the map's slot (110), and of an array of bytes the two
 * objects that V8 has of it and its memory outside the heap (350). Most objects of a store are smaller than that.
 */
export const ENTRY_BYTES = 512;

export class LruCache<K, V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  readonly #most: number;
  /** Oldest first: a Map iterates in the order of insertion. */
  readonly #entries = new Map<K, V>();
  #weight = 0;

  /**
   * @param limit bytes of memory that the cache may take
   * @param bytes what a value takes besides {@linkcode ENTRY_BYTES}
   * @param most so many values, however small they are
   */
  constructor(limit: number, bytes: (value: V) => number, most = Infinity) {
    this.#limit = limit;
    this.#most = most;
    this.#weigh = (value) => ENTRY_BYTES + bytes(value);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes that it takes now. */
  get bytes(): number {
    return this.#weight;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  /** Keeps `value` unless it is heavier than an eighth of the limit. `key` must not be in the cache. */
  add(key: K, value: V): void {
    const weight = this.#weigh(value);
    if (weight > this.#limit / 8) return;
    this.#entries.set(key, value);
    this.#weight += weight;
    for (const [oldest, dropped] of this.#entries) {
      if (this.#weight <= this.#limit && this.size <= this.#most) break;
      this.#entries.delete(oldest);
      this.#weight -= this.#weigh(dropped);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
