/**
 * A map of bounded weight that forgets what was used least recently.
 *
 * @module
 */

export class LruCache<K, V> {
  readonly #limit: number;
  readonly #weigh: (value: V) => number;
  /** Oldest first: a Map iterates in the order of insertion. */
  readonly #entries = new Map<K, V>();
  #weight = 0;

  constructor(limit: number, weigh: (value: V) => number) {
    this.#limit = limit;
    this.#weigh = weigh;
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
      if (this.#weight <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#weight -= this.#weigh(dropped);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
