/**
 * All objects of the index in memory, as flat arrays in the order of their ids: what a walk over the whole
 * store marks and looks up in.
 *
 * It takes 56 bytes an object, 56 MB a million. Ids are compared whole, so that two objects are never taken
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
import { prepared } from "./prepared.ts";
import type { Work } from "../format/sliced.ts";
import { StoreError } from "../format/store_error.ts";

/** Mark of an object that the roots reach, and that was looked into. */
export const LIVE = 0x80;
/** Mark of an object that a writer relied on meanwhile. The other bits are those of whoever walks. */
export const USED = 0x40;

/** Rows read at a time. */
const PAGE_ROWS = 4096;

const NUMBERS = ["pack", "offset", "stored", "size", "encoding", "type"] as const;

const ROWS_OF_PAGE = `SELECT id, ${NUMBERS.join(", ")} FROM objects
  WHERE id > ? ORDER BY id LIMIT ${PAGE_ROWS}`;
/** A page as a string for each column, which costs a third of an object for each row. */
const PAGE =
  `SELECT count(*) AS rows, max(length(id)) AS longest, group_concat(hex(id), '') AS ids, ${
    NUMBERS.map((column) => `json_group_array(${column}) AS ${column}`).join(", ")
  } FROM (${ROWS_OF_PAGE})`;

/** Objects that share a line of the directory, on average: it takes four bytes a line. */
const OBJECTS_PER_LINE = 4;

const wanted = new Uint8Array(OBJECT_ID_BYTES);

type Row = Readonly<Record<typeof NUMBERS[number], number>> & { readonly id: Uint8Array };

type Page = Readonly<Record<typeof NUMBERS[number], string>> & {
  readonly rows: number;
  /** Bytes of the longest id. With the digits of all, it tells whether each is an id. */
  readonly longest: number;
  /** Hex digits of the ids, without anything between them; null for none. */
  readonly ids: string | null;
};

/** How many rows a page has, and the id of its last. */
interface PageEnd {
  readonly count: number;
  readonly id: unknown;
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
  /** Where the objects begin whose ids have these first bits, as many as the shift leaves of 32. */
  #directory = new Uint32Array(2);
  #shift = 31;

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
    const { total } = prepared(database, "SELECT count(*) AS total FROM objects")
      .get() as { total: number };
    const table = new ObjectTable(total + PAGE_ROWS);
    const pages = prepared(database, PAGE);
    const rowsOfPage = prepared(database, ROWS_OF_PAGE);
    let last: Uint8Array = new Uint8Array(0);
    while (true) {
      const rows = table.#addPage(() => pages.get(last) as unknown as Page) ??
        table.#addRows(rowsOfPage.all(last) as unknown as Row[]);
      if (rows.count < PAGE_ROWS) {
        table.#makeDirectory();
        return table;
      }
      const { id } = rows;
      // An order that is none would have no end.
      if (!(id instanceof Uint8Array) || compareBytes(id, last) <= 0) throw disordered();
      last = id;
      yield { phase: "index", done: table.count, total, unit: "objects" };
    }
  }

  /** Rows whose id or numbers no writer makes. */
  impossible = 0;

  /** Null, with nothing added, unless all of its rows are as a writer makes them, and in order. */
  #addPage(read: () => Page): PageEnd | null {
    let page: Page;
    try {
      page = read();
    } catch {
      // A value that cannot be in JSON; anything else is seen again by whoever reads the rows.
      return null;
    }
    const { rows, ids, longest } = page;
    const columns = NUMBERS.map((column) => JSON.parse(page[column]) as unknown[]);
    const length = rows * OBJECT_ID_BYTES;
    if ((ids?.length ?? 0) !== 2 * length || longest > OBJECT_ID_BYTES) return null;
    if (!columns.every((column) => column.every(isCount))) return null;
    while (this.count + rows > this.#packs.length) this.#grow();
    const start = this.count * OBJECT_ID_BYTES;
    const bytes = this.#ids.subarray(start, start + length);
    if (ids !== null) bytes.setFromHex(ids);
    if (!areAscending(bytes)) return null;
    const [packs, offsets, stored, sizes, encodings, types] = columns as number[][];
    this.#packs.set(packs!, this.count);
    this.#offsets.set(offsets!, this.count);
    this.#stored.set(stored!, this.count);
    this.#sizes.set(sizes!, this.count);
    this.#encodings.set(encodings!, this.count);
    this.#types.set(types!, this.count);
    this.count += rows;
    return { count: rows, id: bytes.slice(-OBJECT_ID_BYTES) };
  }

  #addRows(rows: readonly Row[]): PageEnd {
    for (const row of rows) this.#add(row);
    return { count: rows.length, id: rows.at(-1)?.id };
  }

  #add(row: Row): void {
    const { id } = row;
    const isId = id instanceof Uint8Array && id.length === OBJECT_ID_BYTES;
    if (!isId || !NUMBERS.every((column) => isCount(row[column]))) {
      this.impossible++;
      return;
    }
    if (this.count === this.#packs.length) this.#grow();
    const at = this.count++;
    this.#ids.set(id, at * OBJECT_ID_BYTES);
    this.#packs[at] = row.pack;
    this.#offsets[at] = row.offset;
    this.#stored[at] = row.stored;
    this.#sizes[at] = row.size;
    this.#encodings[at] = row.encoding;
    this.#types[at] = row.type;
  }

  /** Ids are hashes and evenly spread: so a few bits of one tell nearly where it is. */
  #makeDirectory(): void {
    const bits = Math.max(1, Math.floor(Math.log2(1 + this.count / OBJECTS_PER_LINE)));
    this.#shift = 32 - bits;
    const directory = new Uint32Array(2 ** bits + 1);
    for (let at = 0; at < this.count; at++) {
      directory[1 + this.#line(this.#ids, at * OBJECT_ID_BYTES)]!++;
    }
    for (let line = 1; line < directory.length; line++) directory[line]! += directory[line - 1]!;
    this.#directory = directory;
  }

  /** The line of the directory for the id that begins at `start`. */
  #line(ids: Uint8Array, start: number): number {
    const first = ids[start]! << 24 | ids[start + 1]! << 16 | ids[start + 2]! << 8 |
      ids[start + 3]!;
    return first >>> this.#shift;
  }

  #grow(): void {
    const larger = new ObjectTable(2 * this.#packs.length);
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
    const line = this.#line(wanted, 0);
    let low = this.#directory[line]!;
    let high = this.#directory[line + 1]! - 1;
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

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && value as number >= 0;
}

/** True if each id is above the one before. */
function areAscending(ids: Uint8Array): boolean {
  for (let next = OBJECT_ID_BYTES; next < ids.length; next += OBJECT_ID_BYTES) {
    let i = next;
    const end = next + OBJECT_ID_BYTES;
    while (i < end && ids[i] === ids[i - OBJECT_ID_BYTES]) i++;
    if (i === end || ids[i]! < ids[i - OBJECT_ID_BYTES]!) return false;
  }
  return true;
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
