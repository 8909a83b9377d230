/**
 * How many different hashes there are: exactly as long as they are few, and about, from a sample of them, if they are very many
 * (adaptive sampling). So the memory that it takes is bounded.
 *
 * @module
 */

/** Hashes of a sample. More are known to within one or two percent. */
const MOST = 16_384;
const LEAST_SLOTS = 64;

export class PathSample {
  /** Open addressing; 0 where nothing is. */
  #slots: Uint32Array;
  #used = 0;
  /** Only hashes that begin with so many zeros are in it. */
  #level = 0;

  /** `expected`: about how many there may be. */
  constructor(expected = 0) {
    const slots = Math.max(LEAST_SLOTS, 4 * Math.min(MOST, expected));
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(slots)));
  }

  /** `hash`: 32 bits that look like chance. */
  add(hash: number): void {
    if (Math.clz32(hash) < this.#level || !insert(this.#slots, hash)) return;
    this.#used++;
    if (this.#used > MOST) {
      this.#level++;
      this.#rebuild(this.#slots.length);
    } else if (this.#used * 2 > this.#slots.length) this.#rebuild(4 * this.#slots.length);
  }

  get count(): number {
    return this.#used * 2 ** this.#level;
  }

  get isExact(): boolean {
    return this.#level === 0;
  }

  #rebuild(slots: number): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(slots);
    this.#used = 0;
    for (const hash of before) {
      if (hash === 0 || Math.clz32(hash) < this.#level) continue;
      insert(this.#slots, hash);
      this.#used++;
    }
  }
}

/** False if it is there. */
function insert(slots: Uint32Array, hash: number): boolean {
  const value = hash === 0 ? 1 : hash;
  const mask = slots.length - 1;
  let at = value & mask;
  for (let other; (other = slots[at]) !== 0; at = (at + 1) & mask) {
    if (other === value) return false;
  }
  slots[at] = value;
  return true;
}
