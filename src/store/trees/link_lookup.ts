/**
 * Finds single inodes in link tables, remembering where things are (see tree_lookup.ts).
 *
 * @module
 */

import type { InodeRecord } from "./entry.ts";
import { bucketOf, bucketOffsets, findInBucket, readTable } from "./link_table.ts";
import { LruCache } from "../format/lru_cache.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectSource } from "../format/object_type.ts";

/**
 * Memory for where records are in buckets. Each checkpoint that changes a file with several names makes other buckets and another
 * table, and nobody asks for those before: much room would be filled over days, and help nobody.
 */
const BUCKETS_BYTES = 1024 * 1024;
/** Memory for decoded tables, and how many: as a rule one for each branch that is in use. */
const TABLES_BYTES = 4 * 1024 * 1024;
const MOST_TABLES = 32;
/** What a line of a table takes: its id and its slot. */
const LINE_BYTES = 120;

export class LinkLookup {
  readonly #source: ObjectSource;
  readonly #tables = new LruCache<ObjectId, Map<number, ObjectId>>(
    TABLES_BYTES,
    (lines) => LINE_BYTES * lines.size,
    MOST_TABLES,
  );
  readonly #buckets = new LruCache<ObjectId, Uint32Array>(BUCKETS_BYTES, (o) => o.byteLength);

  constructor(source: ObjectSource) {
    this.#source = source;
  }

  /** What is remembered. */
  get counts(): Record<string, number> {
    return { linkTables: this.#tables.size, linkBuckets: this.#buckets.size };
  }

  /** The record of inode `ino`, or null where the table has none. */
  find(table: ObjectId, ino: number): InodeRecord | null {
    let buckets = this.#tables.get(table);
    if (buckets === undefined) {
      buckets = readTable(this.#source, table);
      this.#tables.add(table, buckets);
    }
    const id = buckets.get(bucketOf(ino));
    if (id === undefined) return null;
    const bytes = this.#source.object(id, "links");
    let offsets = this.#buckets.get(id);
    if (offsets === undefined) {
      offsets = bucketOffsets(bytes, id);
      this.#buckets.add(id, offsets);
    }
    return findInBucket(bytes, id, offsets, ino);
  }
}
