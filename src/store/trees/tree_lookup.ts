/**
 * Finds single names in directories.
 *
 * Looking up many names of one directory is common (a checkpoint asks for each changed name), so where
 * things are in a page is remembered: the first search in a page passes over all of it, the next ones halve.
 *
 * @module
 */

import type { TreeEntry } from "./entry.ts";
import { LruCache } from "../format/lru_cache.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectSource } from "../format/object_type.ts";
import { findInLeaf, isIndex, leafOffsets, type PageReference, readIndex } from "./tree_page.ts";
import { pageOf } from "./tree_read.ts";

/** Entries of leaf pages, and lines of index pages, whose places are remembered. */
const ENTRIES_KEPT = 1_000_000;

export class TreeLookup {
  readonly #source: ObjectSource;
  readonly #leaves = new LruCache<ObjectId, Uint32Array>(ENTRIES_KEPT, (offsets) => offsets.length);
  readonly #indexes = new LruCache<ObjectId, PageReference[]>(ENTRIES_KEPT, (p) => p.length);

  constructor(source: ObjectSource) {
    this.#source = source;
  }

  /** The entry `name` of a directory, or null. */
  find(directory: ObjectId, name: string): TreeEntry | null {
    const bytes = this.#source.object(directory, "tree");
    if (!isIndex(bytes)) return this.#findInLeaf(bytes, directory, name);
    let pages = this.#indexes.get(directory);
    if (pages === undefined) {
      pages = readIndex(bytes, directory);
      this.#indexes.add(directory, pages);
    }
    const { id } = pages[pageOf(pages, name)]!;
    return this.#findInLeaf(this.#source.object(id, "tree"), id, name);
  }

  #findInLeaf(bytes: Uint8Array, id: ObjectId, name: string): TreeEntry | null {
    let offsets = this.#leaves.get(id);
    if (offsets === undefined) {
      offsets = leafOffsets(bytes, id);
      this.#leaves.add(id, offsets);
    }
    return findInLeaf(bytes, id, offsets, name);
  }
}
