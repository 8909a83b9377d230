/**
 * A map that keeps what was used last: branches and sessions come and go, and nobody says that they are gone.
 *
 * @module
 */

export class RecentMap<K, V> {
  readonly #entries = new Map<K, V>();

  /** Keeps `most` entries. */
  constructor(readonly most: number) {}

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    // The one that was used last is last.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.most) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest!);
  }
}
