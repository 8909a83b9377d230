/**
 * How many different hashes each of several groups has: exactly as long as a group has few, and about, from a sample of them, if
 * it has very many (adaptive sampling). So the memory that it takes is bounded by the number of groups.
 *
 * @module
 */

/** Hashes of a sample. A group that has more is known to within one or two percent. */
const MOST = 16_384;

export class PathSample {
  /** Open addressing: a group's number and one, 0 where nothing is, and a hash. */
  #groups = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 12);
  #used = 0;
  readonly #counts: number[] = [];
  /** By group: only hashes that begin with so many zeros are in its sample. */
  readonly #levels: number[] = [];
  /** Of groups that have many: how many hashes of the sample begin with exactly so many zeros. */
  readonly #zeros = new Map<number, Uint32Array>();

  /** `hash`: 32 bits that look like chance. */
  add(group: number, hash: number): void {
    const zeros = Math.clz32(hash);
    if (zeros < (this.#levels[group] ?? 0) || !this.#insert(group, hash)) return;
    const count = this.#counts[group] = (this.#counts[group] ?? 0) + 1;
    if (count * 2 < MOST) return;
    const counted = this.#zeros.get(group);
    if (counted !== undefined) counted[zeros]!++;
    else this.#zeros.set(group, this.#zerosOf(group));
    if (count > MOST) this.#thin(group);
  }

  /** Exactly, or about. */
  count(group: number): number {
    return (this.#counts[group] ?? 0) * 2 ** (this.#levels[group] ?? 0);
  }

  isExact(group: number): boolean {
    return (this.#levels[group] ?? 0) === 0;
  }

  /** Half of the sample counts from now on. The rest stays where it is: so much it is not. */
  #thin(group: number): void {
    const level = this.#levels[group] = (this.#levels[group] ?? 0) + 1;
    const left = this.#zeros.get(group)!.subarray(level);
    this.#counts[group] = left.reduce((sum, count) => sum + count, 0);
  }

  #zerosOf(group: number): Uint32Array {
    const zeros = new Uint32Array(33);
    for (let at = 0; at < this.#groups.length; at++) {
      if (this.#groups[at] === group + 1) zeros[Math.clz32(this.#hashes[at]!)]!++;
    }
    return zeros;
  }

  /** False if it is there. */
  #insert(group: number, hash: number): boolean {
    if (this.#used * 2 >= this.#groups.length) this.#grow();
    const at = place(this.#groups, this.#hashes, group + 1, hash);
    if (this.#groups[at] !== 0) return false;
    this.#groups[at] = group + 1;
    this.#hashes[at] = hash;
    this.#used++;
    return true;
  }

  #grow(): void {
    const groups = new Uint32Array(4 * this.#groups.length);
    const hashes = new Uint32Array(groups.length);
    for (let i = 0; i < this.#groups.length; i++) {
      const group = this.#groups[i]!;
      if (group === 0) continue;
      const at = place(groups, hashes, group, this.#hashes[i]!);
      groups[at] = group;
      hashes[at] = this.#hashes[i]!;
    }
    this.#groups = groups;
    this.#hashes = hashes;
  }
}

/** Where it is, or is to be. */
function place(groups: Uint32Array, hashes: Uint32Array, group: number, hash: number): number {
  const mask = groups.length - 1;
  let at = (hash ^ Math.imul(group, 0x9e3779b1)) & mask;
  while (groups[at] !== 0 && (groups[at] !== group || hashes[at] !== hash)) at = (at + 1) & mask;
  return at;
}
