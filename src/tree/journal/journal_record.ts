/**
 * The records of a journal segment.
 *
 * A record is a header of 24 bytes (u32 CRC-32 of all that follows it, u32 length of the whole record,
 * u32 type, u32 length of the payload of a WRITE, else 0, u64 id of the request that caused it, 0 for
 * none), the fields of its type in {@linkcode RecordWriter} encoding, and for WRITE the bytes written. Records follow each other without
 * gaps. Nodes are named by node id; a BIND tells what an id stands for before a segment first uses it.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { binaryName } from "../../../ffi/binary_string.ts";

export const RecordType = {
  /** segment, the segment it follows (0: none) and that one's length in bytes */
  SEGMENT: 1,
  /** nodeId, parentNodeId, name; parent 0: it has no name, or only names that are not loaded: then its inode number */
  BIND: 2,
  /** parentNodeId, name, nodeId, ino, mode, uid, gid, rdev, symlink target, time; parent 0: no name */
  CREATE: 3,
  /** nodeId, parentNodeId, name, time */
  LINK: 4,
  /** parentNodeId, name, time */
  UNLINK: 5,
  /** fromParent, fromName, toParent, toName, exchange, time */
  RENAME: 6,
  /** nodeId, mode, uid, gid, atime, mtime, ctime */
  ATTRIBUTES: 7,
  /** nodeId, offset, length, mode after it, time; then the bytes */
  WRITE: 8,
  /** nodeId, size, mode after it, time */
  RESIZE: 9,
  /** nodeId, offset, length, size after it, mode after it, time: bytes become zeros */
  ZERO: 10,
  /** nodeId, name, present, value, time */
  XATTR: 11,
  /** from nodeId, offset, to nodeId, offset, length, mode after it, time */
  COPY: 12,
  /** JSON of an {@linkcode OrphanRecord}: an inode without a name that the kernel still refers to */
  ORPHAN: 13,
  /** parentNodeId, name: if it is there, it is not any more, nor what is below it */
  GONE: 14,
} as const;

export const RECORD_HEADER_BYTES = 24;
/** A WRITE's fields: six numbers of 8 bytes. */
const WRITE_FIELDS_BYTES = 48;
/** Bytes in front of a WRITE's payload that {@linkcode Journal.appendWrite} overwrites. */
export const WRITE_HEADROOM = RECORD_HEADER_BYTES + WRITE_FIELDS_BYTES;

/** Fits every record but an ORPHAN with very many extents, for which the buffer grows. */
const USUAL_RECORD = 128 * 1024;

/** A request's id as the two halves of its 64 bits. */
export interface RequestId {
  low: number;
  high: number;
}

/** Builds one record without allocating. Numbers are 8 bytes, strings u32 length and bytes. */
export class RecordWriter {
  bytes = new Uint8Array(USUAL_RECORD);
  #view = new DataView(this.bytes.buffer);
  #length = 0;

  constructor(readonly request: RequestId = { low: 0, high: 0 }) {}

  /** Of the record that was begun last. */
  type = 0;

  begin(type: number): this {
    this.type = type;
    this.#length = RECORD_HEADER_BYTES;
    this.#view.setUint32(8, type, true);
    this.#view.setUint32(12, 0, true);
    this.#view.setUint32(16, this.request.low, true);
    this.#view.setUint32(20, this.request.high, true);
    return this;
  }

  /** An integer within ±2^53. */
  number(value: number): this {
    writeInteger(this.#view, this.#length, value);
    this.#length += 8;
    return this;
  }

  string(text: string): this {
    this.#view.setUint32(this.#length, text.length, true);
    let at = this.#length + 4;
    for (let i = 0; i < text.length; i++) this.bytes[at++] = text.charCodeAt(i);
    this.#length = at;
    return this;
  }

  blob(bytes: Uint8Array): this {
    this.#reserve(4 + bytes.length);
    this.#view.setUint32(this.#length, bytes.length, true);
    this.bytes.set(bytes, this.#length + 4);
    this.#length += 4 + bytes.length;
    return this;
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + length));
    larger.set(this.bytes);
    this.bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  /** Fills in the header. Returns the record's length; it starts at byte 0 of `bytes`. */
  finish(): number {
    this.#view.setUint32(4, this.#length, true);
    this.#view.setUint32(0, crc32(this.bytes.subarray(4, this.#length)), true);
    return this.#length;
  }
}

/** Lays a WRITE record's header and fields into the {@linkcode WRITE_HEADROOM} bytes before `payload`. */
export function writeRecordBefore(
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
  payload: number,
  length: number,
  fields: readonly [number, number, number, number, number, number],
  request: RequestId,
): number {
  const start = payload - WRITE_HEADROOM;
  view.setUint32(start + 4, WRITE_HEADROOM + length, true);
  view.setUint32(start + 8, RecordType.WRITE, true);
  view.setUint32(start + 12, length, true);
  view.setUint32(start + 16, request.low, true);
  view.setUint32(start + 20, request.high, true);
  for (let i = 0; i < fields.length; i++) {
    writeInteger(view, start + RECORD_HEADER_BYTES + 8 * i, fields[i]!);
  }
  view.setUint32(start, crc32(bytes.subarray(start + 4, payload + length)), true);
  return start;
}

/** Reads the fields of a record in order. Throws RangeError past its end. */
export class RecordReader {
  #at: number;

  /** The record is the `length` bytes from `start` on. */
  constructor(
    readonly bytes: Uint8Array<ArrayBuffer>,
    readonly view: DataView,
    readonly start: number,
    readonly length: number,
  ) {
    this.#at = start + RECORD_HEADER_BYTES;
  }

  get type(): number {
    return this.view.getUint32(this.start + 8, true);
  }

  /** Bytes that a WRITE says to carry. */
  get payloadLength(): number {
    return this.view.getUint32(this.start + 12, true);
  }

  get request(): RequestId {
    return {
      low: this.view.getUint32(this.start + 16, true),
      high: this.view.getUint32(this.start + 20, true),
    };
  }

  number(): number {
    const at = this.#take(8);
    return this.view.getInt32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true);
  }

  string(): string {
    const start = this.#take(this.view.getUint32(this.#take(4), true));
    return binaryName(this.bytes, start, this.#at);
  }

  blob(): Uint8Array<ArrayBuffer> {
    const start = this.#take(this.view.getUint32(this.#take(4), true));
    return this.bytes.slice(start, this.#at);
  }

  /** Where the next `length` bytes are. */
  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.start + this.length) throw new RangeError("field beyond the record");
    this.#at += length;
    return at;
  }
}

function writeInteger(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  view.setUint32(at, value - high * 2 ** 32, true);
  view.setInt32(at + 4, high, true);
}
