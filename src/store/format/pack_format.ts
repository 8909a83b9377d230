/**
 * The bytes of a pack: a file header, then records that say themselves what they are, so that the index
 * can be rebuilt from packs alone (docs/store-format.md).
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { type ObjectId, objectIdFromBytes, writeObjectId } from "./object_id.ts";

/** "AVFSPACK", version 1, reserved zeros. */
export const PACK_HEADER_BYTES = 16;
const PACK_MAGIC = "AVFSPACK";
const PACK_VERSION = 1;

/** A pack that has reached this size is not appended to. */
export const PACK_BYTES_MAX = 256 * 1024 * 1024;

export const RECORD_HEADER_BYTES = 52;
/** "AOBJ" as a little-endian number. */
const RECORD_MAGIC = 0x4a424f41;
const CRC_OFFSET = 48;

/** The payload is the object's bytes. */
export const ENCODING_PLAIN = 0;
/** The payload is one zstd frame. */
export const ENCODING_ZSTD = 1;

/** Payloads and objects are counted in 32 bits. */
export const OBJECT_BYTES_MAX = 0xffffffff;

export interface RecordHeader {
  /** One of OBJECT_TYPE_CODES. */
  readonly type: number;
  readonly encoding: number;
  /** Bytes of the payload. */
  readonly stored: number;
  /** Bytes of the object. */
  readonly size: number;
  readonly id: ObjectId;
}

/** Name of pack number `pack` in the packs folder. */
export function packName(pack: number): string {
  return `${String(pack).padStart(8, "0")}.pack`;
}

/** The number of the pack that a file name stands for, or null. */
export function packNumber(name: string): number | null {
  const match = /^(\d{8,15})\.pack$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function packHeader(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PACK_HEADER_BYTES);
  for (let i = 0; i < PACK_MAGIC.length; i++) bytes[i] = PACK_MAGIC.charCodeAt(i);
  new DataView(bytes.buffer).setUint32(8, PACK_VERSION, true);
  return bytes;
}

export function isPackHeader(bytes: Uint8Array): boolean {
  return packHeader().every((byte, i) => bytes[i] === byte);
}

/** Writes the header of a record at `at`. */
export function writeRecordHeader(bytes: Uint8Array, at: number, header: RecordHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER_BYTES);
  view.setUint32(0, RECORD_MAGIC, true);
  view.setUint8(4, header.type);
  view.setUint8(5, header.encoding);
  view.setUint16(6, 0, true);
  view.setUint32(8, header.stored, true);
  view.setUint32(12, header.size, true);
  writeObjectId(header.id, bytes, at + 16);
  view.setUint32(CRC_OFFSET, crc32(bytes.subarray(at, at + CRC_OFFSET)), true);
}

/** The header at `at`, or null where there is none that is whole. */
export function readRecordHeader(bytes: Uint8Array, at = 0): RecordHeader | null {
  if (bytes.length - at < RECORD_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER_BYTES);
  if (view.getUint32(0, true) !== RECORD_MAGIC) return null;
  if (view.getUint32(CRC_OFFSET, true) !== crc32(bytes.subarray(at, at + CRC_OFFSET))) return null;
  return {
    type: view.getUint8(4),
    encoding: view.getUint8(5),
    stored: view.getUint32(8, true),
    size: view.getUint32(12, true),
    id: objectIdFromBytes(bytes, at + 16),
  };
}
