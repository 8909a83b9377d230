/**
 * How many different paths the events of each of several groups are about.
 *
 * Most groups have all their events in one part: a process lives for a moment. Their paths are told apart by their places in
 * that part. Only those of a group that comes again later are looked for among all that it had.
 *
 * @module
 */

import type { Part } from "./part.ts";
import { type Column, NONE } from "./part_layout.ts";
import { PathSample } from "./path_sample.ts";

export const DISTINCT_COLUMNS: readonly Column[] = ["actor", "path", "pathHash", "pathHash2"];

export class DistinctPaths {
  /** By group: if it was in one part so far, the hashes of its paths. */
  readonly #groups: (Uint32Array | PathSample | undefined)[] = [];
  /** Pairs of a group and a path that this part had already: exact, in 53 bits. */
  #seen = new Float64Array(0);

  /** `groups`: of each actor of the part; -1: it is of none. `rows`: 1 for each that is meant. */
  add(part: Part, rows: Uint8Array, groups: Int32Array): void {
    const { actor, path, pathHash, pathHash2 } = part;
    const mask = this.#clear(rows.length);
    const seen = this.#seen;
    /** Of groups that are new: which, and a hash. */
    const newGroups = new Int32Array(rows.length);
    const newHashes = new Uint32Array(rows.length);
    let count = 0;
    for (let row = 0; row < rows.length; row++) {
      const group = groups[actor[row]!]!;
      const at = path[row]!;
      if (rows[row] === 0 || group < 0 || at === NONE) continue;
      const key = group * pathHash.length + at + 1;
      let slot = (Math.imul(group, 0x10001) ^ Math.imul(at, 0x9e3779b1)) & mask;
      while (seen[slot] !== 0 && seen[slot] !== key) slot = (slot + 1) & mask;
      if (seen[slot] === key) continue;
      seen[slot] = key;
      const hash = mixed(pathHash[at]!, pathHash2[at]!);
      if (this.#groups[group] !== undefined) this.#sampleOf(group).add(hash);
      else {
        newGroups[count] = group;
        newHashes[count++] = hash;
      }
    }
    this.#keep(newGroups.subarray(0, count), newHashes);
  }

  /** Each group's hashes one behind the other, in memory of their own. */
  #keep(groups: Int32Array, hashes: Uint32Array): void {
    const ends = new Map<number, number>();
    for (const group of groups) ends.set(group, (ends.get(group) ?? 0) + 1);
    const sorted = new Uint32Array(groups.length);
    let at = 0;
    for (const [group, count] of ends) {
      this.#groups[group] = sorted.subarray(at, at + count);
      ends.set(group, at);
      at += count;
    }
    groups.forEach((group, i) => {
      const to = ends.get(group)!;
      sorted[to] = hashes[i]!;
      ends.set(group, to + 1);
    });
  }

  /** Of a group that was in another part, too. */
  #sampleOf(group: number): PathSample {
    const paths = this.#groups[group]!;
    if (paths instanceof PathSample) return paths;
    const sample = this.#groups[group] = new PathSample(paths.length);
    for (const before of paths) sample.add(before);
    return sample;
  }

  count(group: number): number {
    const paths = this.#groups[group];
    return paths instanceof PathSample ? paths.count : paths?.length ?? 0;
  }

  /** False: it has so many that they are known to within one or two percent. */
  isExact(group: number): boolean {
    const paths = this.#groups[group];
    return !(paths instanceof PathSample) || paths.isExact;
  }

  #clear(rows: number): number {
    const slots = 2 ** Math.ceil(Math.log2(2 * rows + 2));
    if (this.#seen.length < slots) this.#seen = new Float64Array(slots);
    else this.#seen.fill(0);
    return this.#seen.length - 1;
  }
}

/** 32 bits that look like chance: the last step of MurmurHash3. */
function mixed(hash: number, hash2: number): number {
  let value = hash ^ Math.imul(hash2, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
