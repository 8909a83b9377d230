/**
 * Reads every pack from end to end and compares it with the index, both ways.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Findings } from "../format/damage.ts";
import type { Hasher } from "../format/hasher.ts";
import { Location } from "../format/location.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { PackRow } from "../index/object_index.ts";
import { ObjectIndex } from "../index/object_index.ts";
import type { ObjectTable } from "../index/object_table.ts";
import { hashObject, type ObjectType, objectTypeOf } from "../format/object_type.ts";
import {
  isPackHeader,
  PACK_HEADER_BYTES,
  packName,
  packNumber,
  readRecordHeader,
  RECORD_HEADER_BYTES,
  type RecordHeader,
} from "../format/pack_format.ts";
import { PackReader } from "../packs/pack_reader.ts";
import { nextHeader } from "../packs/pack_scan.ts";
import { checkPayloadSize, decodePayload } from "../format/payload.ts";
import { prepared } from "../index/prepared.ts";
import type { Work } from "../format/sliced.ts";
import { StoreError } from "../format/store_error.ts";
import { packsPath } from "../files/store_paths.ts";

/** Mark of an object whose record is whole and where the index says. */
export const SEEN = 1;

/** Bytes read at a time: few enough that the CPU still has them near when they are hashed. */
const WINDOW = 1024 * 1024;
/** Bytes that are checked between two pauses, or one record. */
const PAUSE_EVERY = 64 * 1024;

export interface PackCheck {
  readonly packs: number;
  readonly bytes: number;
  /** Whole records. */
  readonly records: number;
  /** Whole objects where the index does not say: garbage of a rewritten pack, or what the index lost. */
  readonly elsewhere: Map<ObjectId, Location>;
  /** Bytes behind the committed length of packs: what a crash cut off. */
  readonly uncommitted: { readonly file: string; readonly bytes: number }[];
}

export interface PackCheckInput {
  readonly directory: string;
  readonly database: DatabaseSync;
  readonly hasher: Hasher;
  /** Loaded before; its marks are set to {@linkcode SEEN}. */
  readonly table: ObjectTable;
  readonly findings: Findings;
  /** Takes an object apart whose bytes have its name. Throws `damaged_object` if no program of this version makes such. */
  readonly decode: (id: ObjectId, type: ObjectType, bytes: Uint8Array) => void;
}

/** Checks all packs that the index has. What it finds is in `findings`. */
export function* checkPacks(input: PackCheckInput): Work<PackCheck> {
  const check = new Check(input);
  try {
    yield* check.run();
  } finally {
    check.packs.close();
  }
  return check.result;
}

class Check {
  readonly packs: PackReader;
  readonly result = {
    packs: 0,
    bytes: 0,
    records: 0,
    elsewhere: new Map<ObjectId, Location>(),
    uncommitted: [] as { file: string; bytes: number }[],
  };
  readonly #input: PackCheckInput;
  readonly #index: ObjectIndex;
  readonly #buffer = new Uint8Array(WINDOW);
  /** What of the pack the buffer holds. */
  #start = 0;
  #length = 0;
  #total = 0;

  constructor(input: PackCheckInput) {
    this.#input = input;
    this.packs = new PackReader(input.directory);
    this.#index = new ObjectIndex(input.database);
  }

  *run(): Work<void> {
    const rows = this.#packRows();
    this.#total = rows.reduce((sum, row) => sum + row.bytes, 0);
    for (const row of rows) yield* this.#pack(row);
    this.#strangers(rows);
    yield* this.#unseen();
  }

  /** The packs, each as long as the index says or its objects need. */
  #packRows(): PackRow[] {
    const { database, table, findings } = this.#input;
    const ends = new Map<number, number>();
    for (let at = 0; at < table.count; at++) {
      const end = table.offset(at) + RECORD_HEADER_BYTES + table.stored(at);
      ends.set(table.pack(at), Math.max(end, ends.get(table.pack(at)) ?? 0));
    }
    const rows = prepared(database, "SELECT * FROM packs ORDER BY number")
      .all() as unknown as PackRow[];
    const known = new Set(rows.map(({ number }) => number));
    for (const [number, end] of ends) {
      if (known.has(number)) continue;
      const file = packName(number);
      const message = `The index has objects in ${file} and does not know this pack`;
      findings.add({ code: "index_row", message, file });
      rows.push({ number, bytes: end, objects: 0, plain: 0 });
    }
    return rows.map((row) => {
      const end = ends.get(row.number) ?? 0;
      if (end <= row.bytes) return row;
      const file = packName(row.number);
      const message =
        `The index says ${file} has ${row.bytes} bytes, and objects in it up to ${end}`;
      findings.add({ code: "index_row", message, file });
      return { ...row, bytes: end };
    });
  }

  *#pack({ number, bytes }: PackRow): Work<void> {
    const { findings } = this.#input;
    const file = packName(number);
    this.result.packs++;
    const length = this.#size(number);
    if (length === null) {
      this.result.bytes += bytes;
      return findings.add({ code: "pack_missing", message: `The pack ${file} is gone`, file });
    }
    if (length < bytes) {
      const message = `The pack ${file} has ${length} bytes, ${bytes} were committed`;
      findings.add({ code: "pack_short", message, file, offset: length, bytes: bytes - length });
    }
    if (length > bytes) this.result.uncommitted.push({ file, bytes: length - bytes });
    yield* this.#records(number, Math.min(bytes, length));
  }

  *#records(pack: number, length: number): Work<void> {
    const { findings } = this.#input;
    const file = packName(pack);
    this.#start = this.#length = 0;
    if (!isPackHeader(this.#bytes(pack, 0, Math.min(PACK_HEADER_BYTES, length)))) {
      const message = `The pack ${file} does not begin as a pack does`;
      findings.add({ code: "pack_header", message, file, offset: 0, bytes: PACK_HEADER_BYTES });
    }
    const before = this.result.bytes;
    let offset = PACK_HEADER_BYTES;
    let paused = 0;
    while (offset < length) {
      const header = readRecordHeader(
        this.#bytes(pack, offset, Math.min(RECORD_HEADER_BYTES, length - offset)),
      );
      const end = offset + RECORD_HEADER_BYTES + (header?.stored ?? 0);
      if (header === null || end > length) {
        const next = nextHeader(this.packs, pack, offset + 1, length);
        const message = `${file} has no whole record at byte ${offset}, up to byte ${next}`;
        findings.add({ code: "record", message, file, offset, bytes: next - offset });
        offset = next;
      } else {
        this.#record(pack, offset, header);
        offset = end;
      }
      if (offset - paused < PAUSE_EVERY) continue;
      paused = offset;
      this.result.bytes = before + offset;
      yield { phase: "packs", done: this.result.bytes, total: this.#total, unit: "bytes" };
    }
    this.result.bytes = before + length;
  }

  #record(pack: number, offset: number, header: RecordHeader): void {
    const { table, findings } = this.#input;
    const payload = this.#bytes(pack, offset + RECORD_HEADER_BYTES, header.stored);
    const { id, stored } = header;
    const at = table.find(id);
    const here = at >= 0 && table.pack(at) === pack && table.offset(at) === offset;
    const why = this.#fault(header, payload);
    if (why !== null) {
      const file = packName(pack);
      const message = `Object ${id} in ${file} at byte ${offset} is damaged: ${why}`;
      const bytes = RECORD_HEADER_BYTES + stored;
      // A damaged copy that the index does not name costs nothing, but it is damage all the same.
      if (here) findings.lose(id, { code: "object", message, file, offset, bytes });
      else findings.add({ code: "object", message, id, file, offset, bytes });
      return;
    }
    this.result.records++;
    if (here && isInTable(table, at, header)) table.marks[at] = SEEN;
    else if (here || !this.#isCommitted(pack, offset, header)) {
      const { size, encoding, type } = header;
      const location = new Location(pack, offset, stored, size, encoding, type);
      this.result.elsewhere.set(id, location);
    }
  }

  /** True if the index has the record by now: it was committed after the table was read. */
  #isCommitted(pack: number, offset: number, header: RecordHeader): boolean {
    const now = this.#index.find(header.id);
    return now !== null && now.pack === pack && now.offset === offset && sameShape(now, header);
  }

  /** Why the record's bytes are not the object they say they are, or null. */
  #fault(header: RecordHeader, payload: Uint8Array<ArrayBuffer>): string | null {
    const type = objectTypeOf(header.type);
    if (type === undefined) return `it has an unknown type ${header.type}`;
    try {
      checkPayloadSize(header.id, header);
      const bytes = decodePayload(header.id, header, payload);
      if (hashObject(this.#input.hasher, type, bytes) !== header.id) {
        return "its bytes have another hash";
      }
      this.#input.decode(header.id, type, bytes);
      return null;
    } catch (error) {
      return faultOf(error);
    }
  }

  /** Pack files that the index does not have. */
  #strangers(rows: readonly PackRow[]): void {
    const known = new Set(rows.map((row) => row.number));
    const { directory, database } = this.#input;
    const isKnown = prepared(database, "SELECT 1 FROM packs WHERE number = ?");
    for (const { name } of Deno.readDirSync(packsPath(directory))) {
      const number = packNumber(name);
      if (number === null || known.has(number) || isKnown.get(number) !== undefined) continue;
      this.result.uncommitted.push({ file: name, bytes: this.#size(number) ?? 0 });
    }
  }

  /** Rows of the index that no whole record stands behind. */
  *#unseen(): Work<void> {
    const { table, findings } = this.#input;
    for (let at = 0; at < table.count; at++) {
      if (at % 4096 === 0) {
        yield { phase: "index", done: at, total: table.count, unit: "objects" };
      }
      if (table.marks[at] === SEEN) continue;
      const id = table.id(at);
      if (findings.isLost(id)) continue;
      const now = this.#index.find(id);
      // Rewritten into another pack, or dropped, since the table was read.
      if (now === null || now.pack !== table.pack(at) || now.offset !== table.offset(at)) continue;
      const where = `${packName(table.pack(at))} at byte ${table.offset(at)}`;
      if (this.result.elsewhere.has(id) || this.#isOther(id, table.pack(at), table.offset(at))) {
        const message = `The index is wrong about object ${id}: it is not as it says in ${where}`;
        findings.add({ code: "index_row", message, id });
      } else {
        const message = `Object ${id} is not in ${where}, where the index says`;
        findings.lose(id, { code: "missing_object", message });
      }
    }
    if (table.impossible === 0) return;
    const message = `The index has ${table.impossible} rows that cannot be objects`;
    findings.add({ code: "index_row", message });
  }

  /** True if the record of another object stands there. */
  #isOther(id: ObjectId, pack: number, offset: number): boolean {
    const length = this.#size(pack) ?? 0;
    if (offset + RECORD_HEADER_BYTES > length) return false;
    const bytes = new Uint8Array(RECORD_HEADER_BYTES);
    this.packs.read(pack, offset, bytes, bytes.length);
    const header = readRecordHeader(bytes);
    return header !== null && header.id !== id;
  }

  #size(pack: number): number | null {
    try {
      return this.packs.size(pack);
    } catch (error) {
      if (error instanceof StoreError && error.details.failure === "ENOENT") return null;
      throw error;
    }
  }

  /** Bytes of the pack: a view of the buffer where they fit. Fewer at the end of the file. */
  #bytes(pack: number, offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (length > WINDOW) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, this.packs.read(pack, offset, bytes, length));
    }
    if (offset < this.#start || offset + length > this.#start + this.#length) {
      this.#start = offset;
      this.#length = this.packs.read(pack, offset, this.#buffer, WINDOW);
    }
    const at = offset - this.#start;
    return this.#buffer.subarray(at, Math.min(at + length, this.#length));
  }
}

function faultOf(error: unknown): string {
  if (error instanceof StoreError && error.code === "damaged_object") return error.message;
  throw error;
}

function sameShape(location: Location, header: RecordHeader): boolean {
  return location.stored === header.stored && location.size === header.size &&
    location.encoding === header.encoding && location.type === header.type;
}

/** As {@linkcode sameShape}, of a row of the table, without making anything for each record. */
function isInTable(table: ObjectTable, at: number, header: RecordHeader): boolean {
  return table.stored(at) === header.stored && table.size(at) === header.size &&
    table.encoding(at) === header.encoding && table.type(at) === header.type;
}
