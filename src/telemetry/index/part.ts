/**
 * Reads a part of an index: only the columns that are asked for, each checked before it is believed.
 *
 * @module
 */

import type { Action } from "../event.ts";
import type { Actor } from "./actor.ts";
import {
  align,
  checksum,
  type Column,
  COLUMNS,
  FAILED,
  HEADER_BYTES,
  INDEXED_ACTIONS,
  NONE,
  type PartHeader,
} from "./part_layout.ts";
import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "./path_hash.ts";

/** It does not say what was written. The log does: whoever gets it reads that. */
export class DamagedIndex extends Error {
  override readonly name = "DamagedIndex";
}

/** Where parts are: a file, or memory. Fills all of `into`, from the part's beginning plus `at`. */
export type ReadPart = (at: number, into: Uint8Array) => void;

/** Memory for columns, which is used for one part after the other. */
export type ColumnMemory = Map<Column, Uint8Array<ArrayBuffer>>;

export class Part {
  readonly #columns = new Map<Column, Uint8Array<ArrayBuffer>>();
  #actors: readonly Actor[] | null = null;
  #args: readonly (readonly string[])[] | null = null;

  /** What it gives is good until another part is read with the same `memory`. */
  constructor(
    readonly header: PartHeader,
    readonly read: ReadPart,
    readonly memory: ColumnMemory = new Map(),
  ) {}

  /** Reads these columns. Throws {@linkcode DamagedIndex}. */
  check(columns: readonly Column[]): void {
    for (const column of columns) this.#column(column);
  }

  get rows(): number {
    return this.header.rows;
  }

  get offset(): Uint32Array {
    return this.#words("offset");
  }

  get actor(): Uint16Array {
    const bytes = this.#column("actor");
    return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  }

  /** With {@linkcode FAILED} in it. */
  get action(): Uint8Array {
    return this.#column("action");
  }

  /** µs since the part's first time. */
  get time(): Uint32Array {
    return this.#words("time");
  }

  get path(): Uint32Array {
    return this.#words("path");
  }

  get pathHash(): Uint32Array {
    return this.#words("pathHash");
  }

  get pathHash2(): Uint32Array {
    return this.#words("pathHash2");
  }

  get bytes(): Float64Array {
    const bytes = this.#column("bytes");
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  }

  /** Row and path of each that has a second path. */
  get target(): Uint32Array {
    return this.#words("target");
  }

  get actors(): readonly Actor[] {
    return this.#actors ??= this.#json("actors") as Actor[];
  }

  /** Of each actor: its command line; none where it is not known. */
  get args(): readonly (readonly string[])[] {
    return this.#args ??= this.#json("args") as string[][];
  }

  /** The path at a place, a binary string. */
  pathAt(place: number): string {
    const names: string[] = [];
    const parents = this.#words("parent");
    const ends = this.#words("nameEnd");
    const bytes = this.#column("names");
    for (let at = place; at !== NONE; at = parents[at]!) {
      const name = bytes.subarray(at === 0 ? 0 : ends[at - 1]!, ends[at]!);
      names.push(String.fromCharCode.apply(null, name as unknown as number[]));
    }
    return names.reverse().join("/");
  }

  /** The place of a path, a binary string; -1 if nothing in this part is about it, or what is below it. */
  placeOf(path: string): number {
    const [hash, hash2] = [hashOn(EMPTY_HASH, path), hashOn2(EMPTY_HASH2, path)];
    const { pathHash } = this;
    for (let at = pathHash.indexOf(hash); at >= 0; at = pathHash.indexOf(hash, at + 1)) {
      if (this.pathHash2[at] === hash2 && this.pathAt(at) === path) return at;
    }
    return -1;
  }

  /** False if it is certain, by their hashes, that nothing is about one of these paths, or what is below them. */
  mayHave(paths: readonly string[]): boolean {
    return paths.some((path) => this.pathHash.includes(hashOn(EMPTY_HASH, path)));
  }

  /** 1 at the place of each of these paths, and of all below them; null: of none. */
  within(paths: readonly string[]): Uint8Array | null {
    const meant = paths.map((path) => this.placeOf(path)).filter((place) => place >= 0);
    if (meant.length === 0) return null;
    const parents = this.#words("parent");
    const within = new Uint8Array(parents.length);
    for (const place of meant) within[place] = 1;
    for (let i = 0; i < parents.length; i++) {
      if (parents[i] !== NONE && within[parents[i]!] === 1) within[i] = 1;
    }
    return within;
  }

  actionAt(row: number): Action {
    return INDEXED_ACTIONS[this.action[row]! & ~FAILED] ?? "lost";
  }

  #json(name: Column): unknown {
    return JSON.parse(new TextDecoder().decode(this.#column(name)));
  }

  #words(name: Column): Uint32Array {
    const bytes = this.#column(name);
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }

  #column(name: Column): Uint8Array<ArrayBuffer> {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const { lengths, sums } = this.header;
    let at = HEADER_BYTES;
    let i = 0;
    for (; COLUMNS[i] !== name; i++) at += align(lengths[i]!);
    const padded = this.#room(name, align(lengths[i]!));
    this.read(at, padded);
    if (checksum(padded) !== sums[i]) throw new DamagedIndex(`The column ${name} is damaged`);
    const column = padded.subarray(0, lengths[i]!);
    this.#columns.set(name, column);
    return column;
  }

  #room(name: Column, bytes: number): Uint8Array<ArrayBuffer> {
    const known = this.memory.get(name);
    if (known !== undefined && known.length >= bytes) return known.subarray(0, bytes);
    const made = new Uint8Array(align(bytes + bytes / 4));
    this.memory.set(name, made);
    return made.subarray(0, bytes);
  }
}
