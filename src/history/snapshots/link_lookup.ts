/**
 * Looks records up in a link table: one by one as long as they are few, then from the whole table.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";

/** A lookup decodes a 256th of the table: after this many, decoding all of it once costs less. */
const SINGLE_LOOKUPS = 128;

export class LinkLookup {
  readonly #store: Store;
  readonly #table: ObjectId | null;
  #lookups = 0;
  #records: ReadonlyMap<number, InodeRecord> | null = null;

  constructor(store: Store, table: ObjectId | null) {
    this.#store = store;
    this.#table = table;
  }

  /** The record of a linked inode, or null where the table has none. */
  get(ino: number): InodeRecord | null {
    if (this.#records === null) {
      if (this.#lookups++ < SINGLE_LOOKUPS) return this.#store.readLink(this.#table, ino);
      this.#records = this.#store.readLinks(this.#table);
    }
    return this.#records.get(ino) ?? null;
  }
}
