/**
 * All objects of the index in memory, as flat arrays in the order of their ids: what a walk over the whole
 * store marks and looks up in.
 *
 * It takes 55 bytes an object, 55 MB a million. Ids are compared whole, so that two objects are never taken
 * for one, whoever made them.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { Location } from "../format/location.ts";
import {
  OBJECT_ID_BYTES,
  type ObjectId,
  objectIdFromBytes,
  writeObjectId,
} from "../format/object_id.ts";
import type { Work } from "../format/sliced.ts";
import { StoreError } from "../format/store_error.ts";

/** Mark of an object that the roots reach, and that was looked into. */
export const LIVE = 0x80;
/** Mark of an object that a writer relied on meanwhile. The other bits are those of whoever walks. */
export const USED = 0x40;

/** Rows read at a time. */
const PAGE_ROWS = 4096;

const wanted = new Uint8Array(OBJECT_ID_BYTES);

interface Row {
  readonly id: Uint8Array;
  readonly pack: number;
  readonly offset: number;
  readonly stored: number;
  readonly size: number;
  readonly encoding: number;
  readonly type: number;
}

export class ObjectTable {
  #ids: Uint8Array;
  #packs: Uint32Array;
  #offsets: Float64Array;
  #stored: Uint32Array;
  #sizes: Uint32Array;
  #encodings: Uint8Array;
  #types: Uint8Array;
  /** One byte an object for whoever walks. */
  marks: Uint8Array;
  count = 0;

  private constructor(capacity: number) {
    this.#ids = new Uint8Array(capacity * OBJECT_ID_BYTES);
    this.#packs = new Uint32Array(capacity);
    this.#offsets = new Float64Array(capacity);
    this.#stored = new Uint32Array(capacity);
    this.#sizes = new Uint32Array(capacity);
    this.#encodings = new Uint8Array(capacity);
    this.#types = new Uint8Array(capacity);
    this.marks = new Uint8Array(capacity);
  }

  /**
   * Reads what is committed. An object that is committed while this goes on may be missing in it; none that
   * was before is. Rows that cannot be objects are left out and counted.
   */
  static *load(database: DatabaseSync): Work<ObjectTable> {
    const { total } = database.prepare("SELECT count(*) AS total FROM objects")
      .get() as { total: number };
    const table = new ObjectTable(total + PAGE_ROWS);
    const page = database.prepare(
      `SELECT id, pack, offset, stored, size, encoding, type FROM objects
        WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`,
    );
    let last: Uint8Array = new Uint8Array(0);
    while (true) {
      const rows = page.all(last) as unknown as Row[];
      for (const row of rows) table.#add(row);
      if (rows.length < PAGE_ROWS) return table;
      const { id } = rows.at(-1)!;
      // An order that is none would have no end.
      if (!(id instanceof Uint8Array) || compareBytes(id, last) <= 0) throw disordered();
      last = id;
      yield { phase: "index", done: table.count, total, unit: "objects" };
    }
  }

  /** Rows whose id or numbers no writer makes. */
  impossible = 0;

  #add(row: Row): void {
    const { id, pack, offset, stored, size, encoding, type } = row;
    const numbers = [pack, offset, stored, size, encoding, type];
    const isId = id instanceof Uint8Array && id.length === OBJECT_ID_BYTES;
    if (!isId || !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) {
      this.impossible++;
      return;
    }
    if (this.count === this.#packs.length) this.#grow();
    const at = this.count++;
    this.#ids.set(id, at * OBJECT_ID_BYTES);
    this.#packs[at] = pack;
    this.#offsets[at] = offset;
    this.#stored[at] = stored;
    this.#sizes[at] = size;
    this.#encodings[at] = encoding;
    this.#types[at] = type;
  }

  #grow(): void {
    const larger = new ObjectTable(2 * this.count);
    larger.#ids.set(this.#ids);
    larger.#packs.set(this.#packs);
    larger.#offsets.set(this.#offsets);
    larger.#stored.set(this.#stored);
    larger.#sizes.set(this.#sizes);
    larger.#encodings.set(this.#encodings);
    larger.#types.set(this.#types);
    larger.marks.set(this.marks);
    this.#ids = larger.#ids;
    this.#packs = larger.#packs;
    this.#offsets = larger.#offsets;
    this.#stored = larger.#stored;
    this.#sizes = larger.#sizes;
    this.#encodings = larger.#encodings;
    this.#types = larger.#types;
    this.marks = larger.marks;
  }

  /** Place of the object in the table, or -1. */
  find(id: ObjectId): number {
    writeObjectId(id, wanted);
    let low = 0;
    let high = this.count - 1;
    // Ids are hashes and evenly spread: where this one would be is known to within some square roots.
    const guess = ((wanted[0]! << 16 | wanted[1]! << 8 | wanted[2]!) / 2 ** 24) * high;
    const reach = 16 + 4 * Math.sqrt(high);
    const before = Math.floor(guess - reach);
    const after = Math.ceil(guess + reach);
    if (before > low && this.#compare(before) <= 0) low = before;
    if (after < high && this.#compare(after) >= 0) high = after;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(middle);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Below 0 where the object at `at` comes before {@linkcode wanted}. */
  #compare(at: number): number {
    const ids = this.#ids;
    const start = at * OBJECT_ID_BYTES;
    for (let i = 0; i < OBJECT_ID_BYTES; i++) {
      const difference = ids[start + i]! - wanted[i]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  id(at: number): ObjectId {
    return objectIdFromBytes(this.#ids, at * OBJECT_ID_BYTES);
  }

  /** Bytes of the object. */
  size(at: number): number {
    return this.#sizes[at]!;
  }

  /** Bytes of its payload. */
  stored(at: number): number {
    return this.#stored[at]!;
  }

  /** One of OBJECT_TYPE_CODES. */
  type(at: number): number {
    return this.#types[at]!;
  }

  pack(at: number): number {
    return this.#packs[at]!;
  }

  offset(at: number): number {
    return this.#offsets[at]!;
  }

  location(at: number): Location {
    return new Location(
      this.#packs[at]!,
      this.#offsets[at]!,
      this.#stored[at]!,
      this.#sizes[at]!,
      this.#encodings[at]!,
      this.#types[at]!,
    );
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function disordered(): StoreError {
  return new StoreError(
    "damaged_store",
    "Cannot read the objects of the index: they are not in order. Run agentvfs verify --repair",
  );
}
