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
  /** Memory that is used for one part after the other. By group: of its paths in the part, the end; else 0. */
  #ends = new Int32Array(0);
  /** The part's paths, those of one group behind those of another. */
  #paths = new Uint32Array(0);
  #hashes = new Uint32Array(0);
  /** By path: the last group and part that had it. */
  #marks = new Uint32Array(0);
  #mark = 0;

  /** `groups`: of each actor of the part; -1: it is of none. `rows`: 1 for each that is meant. */
  add(part: Part, rows: Uint8Array, groups: Int32Array): void {
    const { pathHash, pathHash2 } = part;
    this.#marks = roomFor(this.#marks, pathHash.length);
    this.#hashes = roomFor(this.#hashes, rows.length);
    const [hashes, marks] = [this.#hashes, this.#marks];
    const fresh: { readonly group: number; readonly from: number; readonly to: number }[] = [];
    let [start, count] = [0, 0];
    const present = this.#sort(part, rows, groups);
    const paths = this.#paths;
    for (const group of present) {
      const end = this.#ends[group]!;
      this.#ends[group] = 0;
      const mark = ++this.#mark;
      const sample = this.#groups[group] === undefined ? null : this.#sampleOf(group);
      const from = count;
      for (let i = start; i < end; i++) {
        const path = paths[i]!;
        if (marks[path] === mark) continue;
        marks[path] = mark;
        const hash = mixed(pathHash[path]!, pathHash2[path]!);
        if (sample !== null) sample.add(hash);
        else hashes[count++] = hash;
      }
      if (sample === null) fresh.push({ group, from, to: count });
      start = end;
    }
    const kept = hashes.slice(0, count);
    for (const { group, from, to } of fresh) this.#groups[group] = kept.subarray(from, to);
  }

  /** Lays the paths of the part by groups, and returns these in that order. */
  #sort({ actor, path }: Part, rows: Uint8Array, groups: Int32Array): number[] {
    this.#paths = roomFor(this.#paths, rows.length);
    this.#ends = roomFor(this.#ends, groups.reduce((most, group) => Math.max(most, group), 0) + 1);
    const [paths, ends] = [this.#paths, this.#ends];
    const present: number[] = [];
    for (let row = 0; row < rows.length; row++) {
      const group = groups[actor[row]!]!;
      if (rows[row] === 0 || group < 0 || path[row] === NONE) continue;
      if (ends[group]!++ === 0) present.push(group);
    }
    let at = 0;
    for (const group of present) {
      const count = ends[group]!;
      ends[group] = at;
      at += count;
    }
    for (let row = 0; row < rows.length; row++) {
      const group = groups[actor[row]!]!;
      if (rows[row] === 0 || group < 0 || path[row] === NONE) continue;
      paths[ends[group]!++] = path[row]!;
    }
    return present;
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
}

/** The memory, or more, with what is in it. */
function roomFor<T extends Int32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  memory: T,
  length: number,
): T {
  if (memory.length >= length) return memory;
  const larger = new (memory.constructor as new (length: number) => T)(2 * length);
  larger.set(memory);
  return larger;
}

/** 32 bits that look like chance: the last step of MurmurHash3. */
function mixed(hash: number, hash2: number): number {
  let value = hash ^ Math.imul(hash2, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
