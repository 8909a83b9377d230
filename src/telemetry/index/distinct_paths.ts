/**
 * How many different paths each of several groups has: exactly as long as a group has few, and about, from a sample of the
 * paths, if it has very many (adaptive sampling). So the memory that it takes is bounded by the number of groups.
 *
 * @module
 */

/** Paths of a sample. A group that has more is known to within one percent. */
const MOST = 16_384;

interface Sample {
  /** Only hashes that begin with so many zeros are in it. */
  level: number;
  /** How many of it begin with exactly so many zeros. */
  readonly zeros: Uint32Array;
}

export class DistinctPaths {
  /** Open addressing: a group's number and one, 0 where nothing is, and its path's hash. */
  #groups = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 12);
  #used = 0;
  readonly #counts: number[] = [];
  /** Of groups that have many. */
  readonly #samples = new Map<number, Sample>();

  /** `hash` and `hash2`: of the path, 32 bits each. */
  add(group: number, hash: number, hash2: number): void {
    const value = mixed(hash, hash2);
    const sample = this.#samples.get(group);
    if (sample !== undefined && Math.clz32(value) < sample.level) return;
    if (!this.#insert(group, value)) return;
    const count = this.#counts[group] = (this.#counts[group] ?? 0) + 1;
    if (sample !== undefined) sample.zeros[Math.clz32(value)]!++;
    if (count > MOST) this.#thin(group);
  }

  /** Exactly, or about. */
  count(group: number): number {
    return (this.#counts[group] ?? 0) * 2 ** (this.#samples.get(group)?.level ?? 0);
  }

  isExact(group: number): boolean {
    return !this.#samples.has(group);
  }

  /** Half of the sample counts from now on. The rest stays where it is: so much it is not. */
  #thin(group: number): void {
    let sample = this.#samples.get(group);
    if (sample === undefined) {
      sample = { level: 0, zeros: this.#zerosOf(group) };
      this.#samples.set(group, sample);
    }
    sample.level++;
    this.#counts[group] = sample.zeros.subarray(sample.level).reduce(
      (sum, count) => sum + count,
      0,
    );
  }

  #zerosOf(group: number): Uint32Array {
    const zeros = new Uint32Array(33);
    this.#groups.forEach((other, at) => {
      if (other === group + 1) zeros[Math.clz32(this.#hashes[at]!)]!++;
    });
    return zeros;
  }

  /** False if it is there. */
  #insert(group: number, value: number): boolean {
    if (this.#used * 2 >= this.#groups.length) this.#grow();
    const at = place(this.#groups, this.#hashes, group + 1, value);
    if (this.#groups[at] !== 0) return false;
    this.#groups[at] = group + 1;
    this.#hashes[at] = value;
    this.#used++;
    return true;
  }

  #grow(): void {
    const groups = new Uint32Array(2 * this.#groups.length);
    const hashes = new Uint32Array(groups.length);
    this.#groups.forEach((group, i) => {
      if (group === 0) return;
      const at = place(groups, hashes, group, this.#hashes[i]!);
      groups[at] = group;
      hashes[at] = this.#hashes[i]!;
    });
    this.#groups = groups;
    this.#hashes = hashes;
  }
}

/** Where it is, or is to be. */
function place(groups: Uint32Array, hashes: Uint32Array, group: number, value: number): number {
  const mask = groups.length - 1;
  let at = (value ^ Math.imul(group, 0x9e3779b1)) & mask;
  while (groups[at] !== 0 && (groups[at] !== group || hashes[at] !== value)) at = (at + 1) & mask;
  return at;
}

/** 32 bits that look like chance: the last step of MurmurHash3. */
function mixed(hash: number, hash2: number): number {
  let value = hash ^ Math.imul(hash2, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
