/**
 * The records of a node log.
 *
 * Every first lookup of a file adds a record, so records are bytes in a buffer that is written as it is. A record
 * is a byte that tells its kind, a zero byte, u16 length of the name, u32 checksum of all its other bytes; then for BIND u64 node id, inode number,
 * references and node id of the directory, and the name; for COUNT u64 node id and references (0: the kernel has
 * forgotten it); for LISTED u64 node id of the directory and cookie of the first of some names, whose cookies follow each
 * other, and instead of a name those, each with its length in a byte before it (an empty one: that of the cookie is gone); for CONNECTED three u32, what INIT agreed on. Little-endian; nothing reads it but this program on
 * this machine. Behind the last record are zeros: the file is written to as memory ({@linkcode MappedLog}).
 *
 * @module
 */

import { binaryName } from "../../../ffi/binary_string.ts";

/** Where a node was when its line was written. */
export interface LoggedNode {
  /** 0 if it stands for nothing any more. */
  readonly ino: number;
  /** References the kernel has; 0 for a directory that only leads to others. */
  lookups: number;
  /** Node id of the directory; 0 if it had no name. */
  readonly parent: number;
  readonly name: string;
}

/** No one bit makes one of another, or of the zero that is behind the last record. */
export const Kind = { BIND: 3, COUNT: 5, CONNECTED: 6, LISTED: 9 } as const;
export const HEADER_BYTES = 8;
/** Bytes of a record besides the name, by kind. */
export const RECORD_BYTES: Readonly<Record<number, number>> = {
  [Kind.BIND]: HEADER_BYTES + 32,
  [Kind.COUNT]: HEADER_BYTES + 16,
  [Kind.CONNECTED]: HEADER_BYTES + 12,
  [Kind.LISTED]: HEADER_BYTES + 16,
};
export const LARGEST_RECORD = HEADER_BYTES + 32 + 65535;

/** The records that bytes consist of, one after the other: its fields are those of the one that was reached. */
export class NodeRecords {
  readonly #view: DataView;
  #next = 0;
  kind = 0;
  /** Where its fields begin, its name, and what follows it. */
  fields = 0;
  name = 0;
  end = 0;
  /** Where there are bytes that are no record, and what follows is not known. */
  damagedAt: number | null = null;

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    this.#view = new DataView(bytes.buffer);
  }

  /** Goes to the next record. Returns false at the end. */
  next(): boolean {
    const { bytes } = this;
    const at = this.#next;
    if (at >= bytes.length || bytes[at] === 0) return false;
    this.kind = bytes[at]!;
    this.fields = at + HEADER_BYTES;
    this.name = at + (RECORD_BYTES[this.kind] ?? Infinity);
    this.end = this.name <= bytes.length
      ? this.name + this.#view.getUint16(at + 2, true)
      : Infinity;
    if (this.end > bytes.length || this.word(at + 4) !== recordSum(bytes, at, this.end)) {
      this.damagedAt = at;
      return false;
    }
    this.#next = this.end;
    return true;
  }

  word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  number(at: number): number {
    return this.word(at + 4) * 2 ** 32 + this.word(at);
  }

  /** What a BIND record tells. */
  node(): LoggedNode {
    const { bytes, fields, name, end } = this;
    return {
      ino: this.number(fields + 8),
      lookups: this.number(fields + 16),
      parent: this.number(fields + 24),
      name: binaryName(bytes, name, end),
    };
  }
}

/**
 * FNV-1a of the record `[start, end)` without its checksum: each step is a bijection, so any one byte that changes
 * changes it, and for so few bytes it is quicker than a call of a CRC-32.
 */
export function recordSum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5;
  for (let i = start; i < end; i++) {
    if (i - start >= 4 && i - start < HEADER_BYTES) continue;
    sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  }
  return sum >>> 0;
}
