/**
 * All objects of the index in memory, in the order of their ids: what a walk over the whole store marks and
 * looks up in.
 *
 * Ids are hashes, so each look is at another place in memory, and waiting for that is what it costs: what says where an
 * object is lies together. With the directory it is 62 bytes an object, 62 MB a million. Ids are compared whole, so
 * that two objects are never taken for one, whoever made them.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { Location } from "../format/location.ts";
import { OBJECT_ID_BYTES, type ObjectId, objectIdFromBytes } from "../format/object_id.ts";
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
  `SELECT count(*) AS rows, max(length(id)) AS longest, CAST(group_concat(id, '') AS BLOB) AS ids, ${
    NUMBERS.map((column) => `json_group_array(${column}) AS ${column}`).join(", ")
  } FROM (${ROWS_OF_PAGE})`;

/** Objects that share a line of the directory, on average: it takes four bytes a line. */
const OBJECTS_PER_LINE = 1;

const ID_WORDS = OBJECT_ID_BYTES / 4;

/** Words of 32 bits that say where an object is, and which is what. */
const PLACE_WORDS = 6;
const PACK = 0;
const OFFSET_LOW = 1;
const OFFSET_HIGH = 2;
const STORED = 3;
const SIZE = 4;
const ENCODING = 5;

/** The id that is looked for. */
const wanted = new Uint8Array(OBJECT_ID_BYTES);
const wantedWords = new Uint32Array(wanted.buffer);

type Row = Readonly<Record<typeof NUMBERS[number], number>> & { readonly id: Uint8Array };

type Page = Readonly<Record<typeof NUMBERS[number], string>> & {
  readonly rows: number;
  /** Bytes of the longest id. With the bytes of all, it tells whether each is an id. */
  readonly longest: number;
  /** The ids, without anything between them; null for none. */
  readonly ids: Uint8Array | null;
};

/** How many rows a page has, and the id of its last. */
interface PageEnd {
  readonly count: number;
  readonly id: unknown;
}

export class ObjectTable {
  #ids: Uint8Array<ArrayBuffer>;
  /** The same memory. */
  #idWords: Uint32Array;
  #places: Uint32Array;
  #types: Uint8Array;
  /** One byte an object for whoever walks. */
  marks: Uint8Array;
  count = 0;
  /** Where the objects begin whose ids have these first bits, as many as the shift leaves of 32. */
  #directory = new Uint32Array(2);
  #shift = 31;

  private constructor(capacity: number) {
    this.#ids = new Uint8Array(capacity * OBJECT_ID_BYTES);
    this.#idWords = new Uint32Array(this.#ids.buffer);
    this.#places = new Uint32Array(capacity * PLACE_WORDS);
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
    const { rows, longest } = page;
    const ids = page.ids ?? new Uint8Array(0);
    const columns = NUMBERS.map((column) => JSON.parse(page[column]) as unknown[]);
    if (ids.length !== rows * OBJECT_ID_BYTES || longest > OBJECT_ID_BYTES) return null;
    if (!columns.every((column) => column.every(isCount)) || !areAscending(ids)) return null;
    const [packs, offsets, stored, sizes, encodings, types] = columns as number[][];
    for (let i = 0; i < rows; i++) {
      const at = this.#append(ids, i * OBJECT_ID_BYTES);
      this.#set(at, packs![i]!, offsets![i]!, stored![i]!, sizes![i]!, encodings![i]!, types![i]!);
    }
    return { count: rows, id: ids.subarray(-OBJECT_ID_BYTES) };
  }

  #addRows(rows: readonly Row[]): PageEnd {
    for (const row of rows) this.#addRow(row);
    return { count: rows.length, id: rows.at(-1)?.id };
  }

  #addRow(row: Row): void {
    const { id, pack, offset, stored, size, encoding, type } = row;
    const isId = id instanceof Uint8Array && id.length === OBJECT_ID_BYTES;
    if (!isId || !NUMBERS.every((column) => isCount(row[column]))) {
      this.impossible++;
      return;
    }
    this.#set(this.#append(id, 0), pack, offset, stored, size, encoding, type);
  }

  /** Makes place for the object of the id that begins at `start`. Returns it. */
  #append(ids: Uint8Array, start: number): number {
    if (this.count === this.marks.length) this.#grow();
    const at = this.count++;
    const first = at * OBJECT_ID_BYTES;
    for (let i = 0; i < OBJECT_ID_BYTES; i++) this.#ids[first + i] = ids[start + i]!;
    return at;
  }

  #set(
    at: number,
    pack: number,
    offset: number,
    stored: number,
    size: number,
    encoding: number,
    type: number,
  ): void {
    const first = at * PLACE_WORDS;
    this.#places[first + PACK] = pack;
    this.#places[first + OFFSET_LOW] = offset;
    this.#places[first + OFFSET_HIGH] = offset / 2 ** 32;
    this.#places[first + STORED] = stored;
    this.#places[first + SIZE] = size;
    this.#places[first + ENCODING] = encoding;
    this.#types[at] = type;
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
    const larger = new ObjectTable(2 * this.marks.length);
    larger.#ids.set(this.#ids);
    larger.#places.set(this.#places);
    larger.#types.set(this.#types);
    larger.marks.set(this.marks);
    this.#ids = larger.#ids;
    this.#idWords = larger.#idWords;
    this.#places = larger.#places;
    this.#types = larger.#types;
    this.marks = larger.marks;
  }

  /** Place of the object in the table, or -1. */
  find(id: ObjectId): number {
    wanted.setFromHex(id);
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
    const first = at * ID_WORDS;
    for (let word = 0; word < ID_WORDS; word++) {
      if (this.#idWords[first + word] !== wantedWords[word]) {
        return this.#compareBytes(at, 4 * word);
      }
    }
    return 0;
  }

  /** As {@linkcode #compare}, of ids that are the same before byte `i`. */
  #compareBytes(at: number, i: number): number {
    const first = at * OBJECT_ID_BYTES;
    while (this.#ids[first + i] === wanted[i]) i++;
    return this.#ids[first + i]! - wanted[i]!;
  }

  id(at: number): ObjectId {
    return objectIdFromBytes(this.#ids, at * OBJECT_ID_BYTES);
  }

  /** Bytes of the object. */
  size(at: number): number {
    return this.#places[at * PLACE_WORDS + SIZE]!;
  }

  /** Bytes of its payload. */
  stored(at: number): number {
    return this.#places[at * PLACE_WORDS + STORED]!;
  }

  encoding(at: number): number {
    return this.#places[at * PLACE_WORDS + ENCODING]!;
  }

  /** One of OBJECT_TYPE_CODES. */
  type(at: number): number {
    return this.#types[at]!;
  }

  pack(at: number): number {
    return this.#places[at * PLACE_WORDS + PACK]!;
  }

  offset(at: number): number {
    const first = at * PLACE_WORDS;
    return this.#places[first + OFFSET_HIGH]! * 2 ** 32 + this.#places[first + OFFSET_LOW]!;
  }

  location(at: number): Location {
    return new Location(
      this.pack(at),
      this.offset(at),
      this.stored(at),
      this.size(at),
      this.encoding(at),
      this.type(at),
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
