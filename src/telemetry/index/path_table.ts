/**
 * The paths of a part that is being made, each once, and the directories above them: a path is a name in a directory that has
 * a place before it.
 *
 * @module
 */

import { GrowingColumn } from "./growing_column.ts";
import { NONE } from "./part_layout.ts";
import { EMPTY_HASH, EMPTY_HASH2, hashOn, hashOn2 } from "./path_hash.ts";

const FIRST_SLOTS = 1024;

export class PathTable {
  readonly names: string[] = [];
  readonly #parent = new GrowingColumn(Uint32Array);
  readonly #hash = new GrowingColumn(Uint32Array);
  readonly #hash2 = new GrowingColumn(Uint32Array);
  /** Places, each plus one, by the paths' hashes: where one is taken the next one is. 0: none. */
  #slots = new Uint32Array(FIRST_SLOTS);
  /** What was asked for last: what follows is often about the same path, or about one beside it. */
  #path: string | null = null;
  #place = NONE;
  #directory: string | null = null;
  #directoryPlace = NONE;

  get columns(): Record<"pathHash" | "pathHash2" | "parent", Uint32Array> {
    const [pathHash, pathHash2] = [this.#hash.values, this.#hash2.values];
    return { pathHash, pathHash2, parent: this.#parent.values };
  }

  /** The path's place. */
  of(path: string): number {
    if (path === this.#path) return this.#place;
    const slash = path.lastIndexOf("/");
    const parent = slash < 0 ? NONE : this.#directoryOf(path, slash);
    const place = this.#child(parent, path, slash);
    this.#path = path;
    return this.#place = place;
  }

  #directoryOf(path: string, slash: number): number {
    const known = this.#directory;
    if (known?.length === slash && path.startsWith(known)) return this.#directoryPlace;
    const directory = path.slice(0, slash);
    const place = this.of(directory);
    this.#directory = directory;
    return this.#directoryPlace = place;
  }

  /** Of the name behind the last slash. */
  #child(parent: number, path: string, slash: number): number {
    const from = Math.max(0, slash);
    const hash = hashOn(parent === NONE ? EMPTY_HASH : this.#hash.at(parent), path, from);
    const hash2 = hashOn2(parent === NONE ? EMPTY_HASH2 : this.#hash2.at(parent), path, from);
    const last = this.#slots.length - 1;
    let slot = hash & last;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & last) {
      const place = this.#slots[slot]! - 1;
      const isSame = this.#hash.at(place) === hash && this.#hash2.at(place) === hash2 &&
        this.#parent.at(place) === parent && isName(this.names[place]!, path, slash);
      if (isSame) return place;
    }
    this.#hash.push(hash);
    this.#hash2.push(hash2);
    this.#parent.push(parent);
    const place = this.names.push(path.slice(slash + 1)) - 1;
    this.#slots[slot] = place + 1;
    if (2 * this.names.length > this.#slots.length) this.#makeRoom();
    return place;
  }

  #makeRoom(): void {
    const slots = this.#slots = new Uint32Array(2 * this.#slots.length);
    const last = slots.length - 1;
    for (let place = 0; place < this.names.length; place++) {
      let slot = this.#hash.at(place) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = place + 1;
    }
  }
}

/** True if it is what follows the slash. */
function isName(name: string, path: string, slash: number): boolean {
  return slash + 1 + name.length === path.length && path.endsWith(name);
}
