/**
 * Link tables: the records of the inodes of a snapshot that have more than one name.
 *
 * A table object names up to 256 buckets, each a links object too that holds the inodes whose number has
 * the bucket's number in its low 8 bits (docs/store-format.md).
 *
 * @module
 */

import { ByteReader } from "../format/byte_reader.ts";
import { ByteWriter } from "../format/byte_writer.ts";
import type { InodeRecord } from "./entry.ts";
import { readIno, readRecord, recordFlags, skipRecord, writeRecord } from "./inode_codec.ts";
import type { ObjectId } from "../format/object_id.ts";
import type { ObjectSink, ObjectSource } from "../format/object_type.ts";
import { StoreError } from "../format/store_error.ts";

/** First byte of a links object. */
const BUCKET = 0;
const TABLE = 1;

const writer = new ByteWriter();

/** All records of a table. */
export function readLinks(source: ObjectSource, table: ObjectId): Map<number, InodeRecord> {
  const records = new Map<number, InodeRecord>();
  for (const [number, bucket] of readTable(source, table)) {
    for (const [ino, record] of readBucket(source, bucket, number)) records.set(ino, record);
  }
  return records;
}

/** Stores `base` with `changes` applied; null removes a record. Null where no record is left. */
export function updateLinks(
  sink: ObjectSink,
  base: ObjectId | null,
  changes: ReadonlyMap<number, InodeRecord | null>,
): ObjectId | null {
  if (changes.size === 0) return base;
  const buckets = base === null ? new Map<number, ObjectId>() : readTable(sink, base);
  for (const [number, part] of groupByBucket(changes)) {
    const old = buckets.get(number);
    const records = old === undefined
      ? new Map<number, InodeRecord>()
      : readBucket(sink, old, number);
    for (const [ino, record] of part) {
      if (record === null) records.delete(ino);
      else records.set(ino, record);
    }
    if (records.size === 0) buckets.delete(number);
    else buckets.set(number, putBucket(sink, records));
  }
  return putTable(sink, buckets);
}

/** The bucket that inode `ino` is in. */
export function bucketOf(ino: number): number {
  return ino & 0xff;
}

function groupByBucket(changes: ReadonlyMap<number, InodeRecord | null>) {
  const groups = new Map<number, [number, InodeRecord | null][]>();
  for (const [ino, record] of changes) {
    if (record !== null && record.ino !== ino) {
      throw new StoreError("invalid_entry", `Cannot store inode ${record.ino} under number ${ino}`);
    }
    const group = groups.get(bucketOf(ino));
    if (group) group.push([ino, record]);
    else groups.set(bucketOf(ino), [[ino, record]]);
  }
  return groups;
}

/** Tells a table from a bucket. */
export function isTable(bytes: Uint8Array): boolean {
  return bytes[0] === TABLE;
}

/** Number → id of the buckets of a table. */
export function readTable(source: ObjectSource, id: ObjectId): Map<number, ObjectId> {
  return readTableBytes(source.object(id, "links"), id);
}

/** As {@linkcode readTable}, from the table's own bytes. */
export function readTableBytes(bytes: Uint8Array, id: ObjectId): Map<number, ObjectId> {
  const reader = new ByteReader(bytes, id);
  if (reader.u8() !== TABLE) throw reader.damaged("it is no link table");
  const buckets = new Map<number, ObjectId>();
  let previous = -1;
  do {
    const number = reader.u8();
    if (number <= previous) throw reader.damaged("its buckets are not sorted");
    previous = number;
    buckets.set(number, reader.id());
  } while (!reader.atEnd);
  return buckets;
}

function putTable(sink: ObjectSink, buckets: ReadonlyMap<number, ObjectId>): ObjectId | null {
  if (buckets.size === 0) return null;
  writer.reset();
  writer.u8(TABLE);
  for (const [number, id] of [...buckets].sort((a, b) => a[0] - b[0])) {
    writer.u8(number);
    writer.id(id);
  }
  return sink.putObject("links", writer.view());
}

function readBucket(
  source: ObjectSource,
  id: ObjectId,
  number: number,
): Map<number, InodeRecord> {
  return readBucketBytes(source.object(id, "links"), id, number);
}

/** The records of a bucket; `number` is which it is, null for that of its first inode. */
export function readBucketBytes(
  bytes: Uint8Array,
  id: ObjectId,
  number: number | null,
): Map<number, InodeRecord> {
  const reader = new ByteReader(bytes, id);
  readBucketHeader(reader);
  const records = new Map<number, InodeRecord>();
  let previous = -1;
  do {
    const record = readRecord(reader, reader.u8());
    number ??= bucketOf(record.ino);
    if (record.ino <= previous) throw reader.damaged("its inodes are not sorted");
    if (bucketOf(record.ino) !== number) throw reader.damaged("an inode is in the wrong bucket");
    previous = record.ino;
    records.set(record.ino, record);
  } while (!reader.atEnd);
  return records;
}

/** Where each record of a bucket begins, for {@linkcode findInBucket}. */
export function bucketOffsets(bytes: Uint8Array, id: ObjectId): Uint32Array {
  const reader = new ByteReader(bytes, id);
  readBucketHeader(reader);
  const offsets: number[] = [];
  do {
    offsets.push(reader.position);
    skipRecord(reader, reader.u8());
  } while (!reader.atEnd);
  return Uint32Array.from(offsets);
}

/** Finds a record of a bucket without decoding the others. */
export function findInBucket(
  bytes: Uint8Array,
  id: ObjectId,
  offsets: Uint32Array,
  ino: number,
): InodeRecord | null {
  const reader = new ByteReader(bytes, id);
  let low = 0;
  let high = offsets.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    reader.seek(offsets[middle]!);
    const found = readIno(reader, reader.u8());
    if (found < ino) low = middle + 1;
    else if (found > ino) high = middle - 1;
    else {
      reader.seek(offsets[middle]!);
      return readRecord(reader, reader.u8());
    }
  }
  return null;
}

function readBucketHeader(reader: ByteReader): void {
  if (reader.u8() !== BUCKET) throw reader.damaged("it is no bucket of a link table");
}

function putBucket(sink: ObjectSink, records: ReadonlyMap<number, InodeRecord>): ObjectId {
  writer.reset();
  writer.u8(BUCKET);
  for (const [, record] of [...records].sort((a, b) => a[0] - b[0])) {
    writer.u8(recordFlags(record));
    writeRecord(writer, record);
  }
  return sink.putObject("links", writer.view());
}
