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
  /** Pairs of a group and a path that this part had already. */
  #seen = new Uint32Array(0);

  /** `groups`: of each actor of the part; -1: it is of none. `rows`: 1 for each that is meant. */
  add(part: Part, rows: Uint8Array, groups: Int32Array): void {
    const { actor, path, pathHash, pathHash2 } = part;
    const mask = this.#clear(rows.length);
    const seen = this.#seen;
    const begun = new Map<number, number[]>();
    for (let row = 0; row < rows.length; row++) {
      const group = groups[actor[row]!]!;
      const at = path[row]!;
      if (rows[row] === 0 || group < 0 || at === NONE) continue;
      const pair = (Math.imul(group, 0x10001) ^ Math.imul(at, 0x9e3779b1)) >>> 0;
      const key = group * pathHash.length + at + 1;
      let slot = pair & mask;
      while (seen[slot] !== 0 && seen[slot] !== key) slot = (slot + 1) & mask;
      if (seen[slot] === key) continue;
      seen[slot] = key;
      this.#note(group, mixed(pathHash[at]!, pathHash2[at]!), begun);
    }
    for (const [group, hashes] of begun) this.#groups[group] = Uint32Array.from(hashes);
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

  #note(group: number, hash: number, begun: Map<number, number[]>): void {
    const paths = this.#groups[group];
    if (paths instanceof PathSample) paths.add(hash);
    else if (paths === undefined) {
      const hashes = begun.get(group);
      if (hashes === undefined) begun.set(group, [hash]);
      else hashes.push(hash);
    } else {
      const sample = this.#groups[group] = new PathSample();
      for (const before of paths) sample.add(before);
      sample.add(hash);
    }
  }

  #clear(rows: number): number {
    const slots = 2 ** Math.ceil(Math.log2(2 * rows + 2));
    if (this.#seen.length < slots) this.#seen = new Uint32Array(slots);
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
