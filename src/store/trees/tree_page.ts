/**
 * The bytes of one tree object: a leaf page of entries, or an index page over leaf pages.
 *
 * A directory with many entries is an index page over leaf pages (tree_split.ts says where they are cut),
 * any other is one leaf page.
 *
 * @module
 */

import { ByteReader } from "../format/byte_reader.ts";
import type { ByteWriter } from "../format/byte_writer.ts";
import type { TreeEntry } from "./entry.ts";
import { FLAG_LINKED, readRecord, recordFlags, skipRecord, writeRecord } from "./inode_codec.ts";
import type { ObjectId } from "../format/object_id.ts";
import { StoreError } from "../format/store_error.ts";

/** First byte of a tree object. */
const LEAF = 0;
const INDEX = 1;

/** A line of an index page. */
export interface PageReference {
  /** Name of the page's first entry. */
  readonly first: string;
  /** Entries in the page. */
  readonly count: number;
  readonly id: ObjectId;
}

/** Tells whether a binary string can be a name in a directory. */
function isEntryName(name: string): boolean {
  if (name === "" || name === "." || name === "..") return false;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit === 0 || unit === 0x2f || unit > 0xff) return false;
  }
  return true;
}

/** Throws `invalid_entry` unless `name` can be a name in a directory. */
export function checkEntryName(name: string): void {
  if (isEntryName(name)) return;
  throw new StoreError(
    "invalid_entry",
    `Cannot store ${JSON.stringify(name)} as the name of an entry`,
  );
}

/** Writes `entries[start..end)`, which are sorted, unique and named validly. */
export function writeLeaf(
  writer: ByteWriter,
  entries: readonly TreeEntry[],
  start = 0,
  end = entries.length,
): void {
  writer.u8(LEAF);
  writer.varint(end - start);
  for (let i = start; i < end; i++) writeEntry(writer, entries[i]!);
}

function writeEntry(writer: ByteWriter, entry: TreeEntry): void {
  writer.u8(entry.linked ? FLAG_LINKED : recordFlags(entry));
  writer.binary(entry.name);
  if (entry.linked) writer.varint(entry.ino);
  else writeRecord(writer, entry);
}

/** A name and what it is now; null where it is gone. */
export type Change = readonly [name: string, entry: TreeEntry | null];

/**
 * Writes the leaf page `bytes` with changes applied, which are sorted by name. What does not change is copied as
 * it stands. Returns how many entries the page has; if none, or more than `limit`, nothing is written.
 */
export function patchLeaf(
  writer: ByteWriter,
  bytes: Uint8Array,
  id: ObjectId,
  changes: readonly Change[],
  limit: number,
): number {
  const offsets = leafOffsets(bytes, id);
  const places = changes.map(([name]) => placeInLeaf(bytes, id, offsets, name));
  let count = offsets.length;
  changes.forEach(([, entry], i) => {
    if (places[i]! >= 0) count--;
    if (entry !== null) count++;
  });
  if (count === 0 || count > limit) return count;
  writer.u8(LEAF);
  writer.varint(count);
  let copied = offsets[0]!;
  const copyTo = (index: number) => {
    const end = offsets[index] ?? bytes.length;
    if (end > copied) writer.raw(bytes.subarray(copied, end));
    copied = end;
  };
  changes.forEach(([, entry], i) => {
    const place = places[i]!;
    copyTo(place < 0 ? ~place : place);
    if (place >= 0) copied = offsets[place + 1] ?? bytes.length;
    if (entry !== null) writeEntry(writer, entry);
  });
  copyTo(offsets.length);
  return count;
}

export function writeIndex(writer: ByteWriter, pages: readonly PageReference[]): void {
  writer.u8(INDEX);
  writer.varint(pages.length);
  for (const page of pages) {
    writer.binary(page.first);
    writer.varint(page.count);
    writer.id(page.id);
  }
}

export function isIndex(bytes: Uint8Array): boolean {
  return bytes[0] === INDEX;
}

/** Adds the entries of a leaf page to `into`, whose last name must come before them. */
export function readLeaf(bytes: Uint8Array, id: ObjectId, into: TreeEntry[]): void {
  const reader = new ByteReader(bytes, id);
  const count = readPageHeader(reader, LEAF);
  let previous = into.at(-1)?.name ?? "";
  for (let i = 0; i < count; i++) {
    const flags = reader.u8();
    const name = reader.binary();
    if (!isEntryName(name)) throw reader.damaged("an entry has an impossible name");
    if (name <= previous) throw reader.damaged("its names are not sorted");
    previous = name;
    if (flags === FLAG_LINKED) into.push({ name, linked: true, ino: reader.varint() });
    else into.push(Object.assign(readRecord(reader, flags), { name, linked: false as const }));
  }
  reader.end();
}

/** Where each entry of a leaf page begins, for {@linkcode findInLeaf}. */
export function leafOffsets(bytes: Uint8Array, id: ObjectId): Uint32Array {
  const reader = new ByteReader(bytes, id);
  const count = readPageHeader(reader, LEAF);
  const offsets: number[] = [];
  for (let i = 0; i < count; i++) {
    offsets.push(reader.position);
    const flags = reader.u8();
    reader.skip(reader.varint());
    if (flags === FLAG_LINKED) reader.varint();
    else skipRecord(reader, flags);
  }
  reader.end();
  return Uint32Array.from(offsets);
}

/** Finds an entry of a leaf page without decoding the others. */
export function findInLeaf(
  bytes: Uint8Array,
  id: ObjectId,
  offsets: Uint32Array,
  name: string,
): TreeEntry | null {
  const place = placeInLeaf(bytes, id, offsets, name);
  return place < 0 ? null : readEntry(new ByteReader(bytes, id), offsets[place]!);
}

/** Index of the entry of that name; if there is none, `~index` of the one it would stand before. */
function placeInLeaf(
  bytes: Uint8Array,
  id: ObjectId,
  offsets: Uint32Array,
  name: string,
): number {
  const reader = new ByteReader(bytes, id);
  let low = 0;
  let high = offsets.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    reader.seek(offsets[middle]! + 1);
    const order = reader.compareBinary(name);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return ~low;
}

/** The entry that begins at `offset`. */
export function readEntry(reader: ByteReader, offset: number): TreeEntry {
  reader.seek(offset);
  const flags = reader.u8();
  const name = reader.binary();
  if (flags === FLAG_LINKED) return { name, linked: true, ino: reader.varint() };
  return Object.assign(readRecord(reader, flags), { name, linked: false as const });
}

export function readIndex(bytes: Uint8Array, id: ObjectId): PageReference[] {
  const reader = new ByteReader(bytes, id);
  const count = readPageHeader(reader, INDEX);
  if (count < 2) throw reader.damaged("an index page names a single page");
  const pages: PageReference[] = [];
  let previous = "";
  for (let i = 0; i < count; i++) {
    const first = reader.binary();
    if (!isEntryName(first)) throw reader.damaged("a page begins with an impossible name");
    if (first <= previous) throw reader.damaged("its pages are not sorted");
    previous = first;
    pages.push({ first, count: reader.varint(), id: reader.id() });
  }
  reader.end();
  return pages;
}

function readPageHeader(reader: ByteReader, kind: number): number {
  if (reader.u8() !== kind) {
    throw reader.damaged(kind === LEAF ? "it is no leaf page" : "it is no index page");
  }
  const count = reader.varint();
  if (count === 0) throw reader.damaged("it has no entries");
  return count;
}
