/**
 * The bytes of an inode record, as tree pages and link tables hold them (docs/store-format.md).
 *
 * @module
 */

import type { ByteReader } from "../format/byte_reader.ts";
import type { ByteWriter } from "../format/byte_writer.ts";
import type { InodeRecord } from "./entry.ts";
import { OBJECT_ID_BYTES, type ObjectId } from "../format/object_id.ts";
import { StoreError } from "../format/store_error.ts";

/** Flag byte of an entry: the name of a hard-linked inode; no record follows, only its number. */
export const FLAG_LINKED = 0x01;
const FLAG_CHUNKED = 0x02;
const FLAG_CONTENT = 0x04;
const FLAG_XATTRS = 0x08;
const FLAG_MTIME_NEGATIVE = 0x10;
const FLAG_CTIME_NEGATIVE = 0x20;
const RECORD_FLAGS = FLAG_CHUNKED | FLAG_CONTENT | FLAG_XATTRS | FLAG_MTIME_NEGATIVE |
  FLAG_CTIME_NEGATIVE;

const U32_MAX = 0xffffffff;
const NSEC_MAX = 999_999_999;

/** The flag byte for `record`. */
export function recordFlags(record: InodeRecord): number {
  return (record.chunked ? FLAG_CHUNKED : 0) |
    (record.content !== null ? FLAG_CONTENT : 0) |
    (record.xattrs !== null ? FLAG_XATTRS : 0) |
    (record.mtimeSec < 0 ? FLAG_MTIME_NEGATIVE : 0) |
    (record.ctimeSec < 0 ? FLAG_CTIME_NEGATIVE : 0);
}

/** Writes everything but the flag byte. */
export function writeRecord(writer: ByteWriter, record: InodeRecord): void {
  if (record.chunked && record.content === null) {
    throw new StoreError(
      "invalid_entry",
      `Cannot store inode ${record.ino}: chunked but no content`,
    );
  }
  writer.varint(u32(record.mode, "mode"));
  writer.varint(u32(record.nlink, "nlink"));
  writer.varint(u32(record.uid, "uid"));
  writer.varint(u32(record.gid, "gid"));
  writer.varint(u32(record.rdev, "rdev"));
  writer.varint(record.ino);
  writer.varint(record.size);
  writer.varint(record.entries);
  writer.varint(Math.abs(record.mtimeSec));
  writer.u32(nanoseconds(record.mtimeNsec));
  writer.varint(Math.abs(record.ctimeSec));
  writer.u32(nanoseconds(record.ctimeNsec));
  if (record.content !== null) writer.id(record.content);
  if (record.xattrs !== null) writer.id(record.xattrs);
}

/** Reads the record that follows the byte `flags`. */
export function readRecord(reader: ByteReader, flags: number): InodeRecord {
  checkFlags(reader, flags);
  const mode = reader.varint(U32_MAX);
  const nlink = reader.varint(U32_MAX);
  const uid = reader.varint(U32_MAX);
  const gid = reader.varint(U32_MAX);
  const rdev = reader.varint(U32_MAX);
  const ino = reader.varint();
  const size = reader.varint();
  const entries = reader.varint();
  const mtimeSec = seconds(reader, flags & FLAG_MTIME_NEGATIVE);
  const mtimeNsec = readNanoseconds(reader);
  const ctimeSec = seconds(reader, flags & FLAG_CTIME_NEGATIVE);
  const ctimeNsec = readNanoseconds(reader);
  const content: ObjectId | null = flags & FLAG_CONTENT ? reader.id() : null;
  const xattrs: ObjectId | null = flags & FLAG_XATTRS ? reader.id() : null;
  const chunked = (flags & FLAG_CHUNKED) !== 0;
  return {
    mode,
    nlink,
    uid,
    gid,
    rdev,
    ino,
    size,
    entries,
    mtimeSec,
    mtimeNsec,
    ctimeSec,
    ctimeNsec,
    content,
    chunked,
    xattrs,
  };
}

/** Reads the number of the inode that a record with the flag byte `flags` is of, and no more. */
export function readIno(reader: ByteReader, flags: number): number {
  checkFlags(reader, flags);
  for (let i = 0; i < 5; i++) reader.varint();
  return reader.varint();
}

/** Passes over a record without making anything of it. */
export function skipRecord(reader: ByteReader, flags: number): void {
  checkFlags(reader, flags);
  for (let i = 0; i < 8; i++) reader.varint();
  for (let i = 0; i < 2; i++) {
    reader.varint();
    reader.skip(4);
  }
  if (flags & FLAG_CONTENT) reader.skip(OBJECT_ID_BYTES);
  if (flags & FLAG_XATTRS) reader.skip(OBJECT_ID_BYTES);
}

function checkFlags(reader: ByteReader, flags: number): void {
  if (flags & ~RECORD_FLAGS) throw reader.damaged(`unknown flags 0x${flags.toString(16)}`);
  if (flags & FLAG_CHUNKED && !(flags & FLAG_CONTENT)) {
    throw reader.damaged("an entry is chunked but has no content");
  }
}

function seconds(reader: ByteReader, negative: number): number {
  const magnitude = reader.varint();
  if (!negative) return magnitude;
  if (magnitude === 0) throw reader.damaged("a time is minus zero");
  return -magnitude;
}

function readNanoseconds(reader: ByteReader): number {
  const value = reader.u32();
  if (value > NSEC_MAX) throw reader.damaged("nanoseconds make more than a second");
  return value;
}

function nanoseconds(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= NSEC_MAX) return value;
  throw new StoreError(
    "invalid_entry",
    `Cannot store ${value} nanoseconds: not a part of a second`,
  );
}

function u32(value: number, what: string): number {
  if (value >>> 0 === value) return value;
  throw new StoreError(
    "invalid_entry",
    `Cannot store ${value} as ${what}: not an unsigned 32-bit number`,
  );
}
