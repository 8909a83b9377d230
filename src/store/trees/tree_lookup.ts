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

/** Memory for where entries are in leaf pages, and for index pages. */
const LEAVES_BYTES = 4 * 1024 * 1024;
const INDEXES_BYTES = 4 * 1024 * 1024;
/** What a line of an index page takes: its id, the name, the object. */
const LINE_BYTES = 180;

export class TreeLookup {
  readonly #source: ObjectSource;
  readonly #leaves = new LruCache<ObjectId, Uint32Array>(LEAVES_BYTES, (o) => o.byteLength);
  readonly #indexes = new LruCache<ObjectId, PageReference[]>(
    INDEXES_BYTES,
    (lines) => LINE_BYTES * lines.length,
  );

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
