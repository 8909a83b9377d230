/**
 * The end of a journal segment that is no whole record: torn off by a crash, or damaged.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { RECORD_HEADER_BYTES } from "./journal_record.ts";
import { isOneBitOff } from "./one_bit_off.ts";

export interface JournalTail {
  /** Up to the next whole record, or the end. */
  readonly bytes: number;
  /** Why it is not the beginning of a record that was never written in full; null if it may be. */
  readonly damage: string | null;
}

/** Looks at the bytes `[from, to)` of a segment, which do not begin with a whole record. */
export function readTail(path: string, from: number, to: number): JournalTail {
  const bytes = readRange(path, from, to);
  const next = nextRecord(bytes);
  if (next >= 0) return { bytes: next, damage: "records follow it" };
  return { bytes: bytes.length, damage: tailFault(bytes, from) };
}

/** What a disk writes in full or not at all, bytes. */
const SECTOR_BYTES = 512;

/** True if a power cut can have left these bytes, which stand at `from`: the last sectors were never written. */
function lacksSectors(bytes: Uint8Array, from: number): boolean {
  const written = 1 + bytes.findLastIndex((byte) => byte !== 0);
  return Math.ceil((from + written) / SECTOR_BYTES) * SECTOR_BYTES < from + bytes.length;
}

/** Why bytes with no record after them are not the beginning of a record that was torn off; or null. */
function tailFault(bytes: Uint8Array, from: number): string | null {
  if (bytes.length < RECORD_HEADER_BYTES || bytes.every((byte) => byte === 0)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint32(4, true);
  if (lacksSectors(bytes, from)) {
    // The zeros may be the record's own.
    const isWhole = length >= RECORD_HEADER_BYTES && length <= bytes.length;
    const record = bytes.subarray(4, length);
    return isWhole && isOneBitOff(record, view.getUint32(0, true)) ? "its checksum is wrong" : null;
  }
  if (length >= RECORD_HEADER_BYTES && length <= bytes.length) return "its checksum is wrong";
  // With its true length the record may be whole: then that is what was changed.
  const corrected = bytes.slice();
  new DataView(corrected.buffer).setUint32(4, bytes.length, true);
  if (crc32(corrected.subarray(4)) === view.getUint32(0, true)) return "its length is wrong";
  return length < RECORD_HEADER_BYTES ? "its length is impossible" : null;
}

/** Where in `bytes`, after its first byte, a whole record begins; or -1. */
function nextRecord(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 1; at + RECORD_HEADER_BYTES <= bytes.length; at++) {
    // The type's upper bytes are zeros: most positions are told by them.
    if (bytes[at + 11] !== 0 || bytes[at + 10] !== 0 || bytes[at + 9] !== 0) continue;
    if (bytes[at + 8] === 0) continue;
    const length = view.getUint32(at + 4, true);
    if (length < RECORD_HEADER_BYTES || length > bytes.length - at) continue;
    const sum = view.getUint32(at, true);
    if (crc32(bytes.subarray(at + 4, at + length)) === sum) return at;
  }
  return -1;
}

function readRange(path: string, from: number, to: number): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path);
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(to - from);
  let done = 0;
  while (done < bytes.length) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
