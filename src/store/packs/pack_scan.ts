/**
 * Finds the objects of a pack without an index.
 *
 * @module
 */

import type { Hasher } from "../format/hasher.ts";
import { Location } from "../format/location.ts";
import type { ObjectId } from "../format/object_id.ts";
import {
  isPackHeader,
  PACK_HEADER_BYTES,
  readRecordHeader,
  RECORD_HEADER_BYTES,
  type RecordHeader,
} from "../format/pack_format.ts";
import type { PackReader } from "./pack_reader.ts";
import { checkPayloadSize, decodePayload, verifyObject } from "../format/payload.ts";
import { StoreError } from "../format/store_error.ts";

/** An object in a pack, whose bytes have its name. */
export interface ScannedObject {
  readonly id: ObjectId;
  readonly location: Location;
}

/** A part of a pack that is no whole record. */
export interface ScannedGap {
  readonly pack: number;
  readonly offset: number;
  readonly bytes: number;
}

/** How far to look for the next header at a time. */
const WINDOW = 1024 * 1024;
/** The first byte of a record's magic. */
const MAGIC_FIRST = 0x41;

/** Everything in a pack, in order. What is damaged is passed over up to the next record that is not. */
export function* scanPack(
  packs: PackReader,
  pack: number,
  hasher: Hasher,
): Generator<ScannedObject | ScannedGap> {
  const length = packs.size(pack);
  let offset = isPackHeader(read(packs, pack, 0, PACK_HEADER_BYTES)) ? PACK_HEADER_BYTES : 0;
  let gap = offset;
  while (offset < length) {
    const header = readRecordHeader(read(packs, pack, offset, RECORD_HEADER_BYTES));
    const end = offset + RECORD_HEADER_BYTES + (header?.stored ?? 0);
    if (header !== null && end <= length && isWhole(packs, pack, offset, header, hasher)) {
      if (gap < offset) yield { pack, offset: gap, bytes: offset - gap };
      const { stored, size, encoding, type, id } = header;
      yield { id, location: new Location(pack, offset, stored, size, encoding, type) };
      offset = gap = end;
    } else offset = nextHeader(packs, pack, offset + 1, length);
  }
  if (gap < length) yield { pack, offset: gap, bytes: length - gap };
}

function read(packs: PackReader, pack: number, offset: number, length: number) {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, packs.read(pack, offset, bytes, length));
}

function isWhole(
  packs: PackReader,
  pack: number,
  offset: number,
  header: RecordHeader,
  hasher: Hasher,
): boolean {
  try {
    checkPayloadSize(header.id, header);
    const payload = read(packs, pack, offset + RECORD_HEADER_BYTES, header.stored);
    verifyObject(hasher, header.id, header.type, decodePayload(header.id, header, payload));
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === "damaged_object") return false;
    throw error;
  }
}

/** Offset of the first thing at or after `from` that looks like a record header; else `length`. */
export function nextHeader(
  packs: PackReader,
  pack: number,
  from: number,
  length: number,
): number {
  for (let at = from; at < length; at += WINDOW) {
    // A header may begin in this window and end in the next.
    const bytes = read(packs, pack, at, Math.min(WINDOW + RECORD_HEADER_BYTES, length - at));
    for (let i = bytes.indexOf(MAGIC_FIRST); i >= 0 && i < WINDOW;) {
      if (readRecordHeader(bytes, i) !== null) return at + i;
      i = bytes.indexOf(MAGIC_FIRST, i + 1);
    }
  }
  return length;
}
