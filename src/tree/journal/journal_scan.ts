/**
 * Reads the records of a journal segment, one after the other, in large pieces.
 *
 * @module
 */

import { failureCode, isFailure } from "../../host/failure.ts";
import { crc32 } from "node:zlib";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { close, emptyStat, fstat, O_RDONLY, open, pread } from "../../host/files.ts";
import { journalError, segmentName } from "./journal.ts";
import { RECORD_HEADER_BYTES, RecordReader } from "./journal_record.ts";

/** Bytes that are read at a time; a record that is longer is read in one piece. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Where a scan stopped. */
export interface ScanEnd {
  /** Bytes of the records that `visit` was given and accepted. */
  readonly length: number;
  /** Bytes of the file. */
  readonly size: number;
}

/**
 * Calls `visit` with each whole record and where it stands, up to the first that is not whole or for which
 * `visit` returns false. The reader is good until `visit` returns. Throws JournalError if the segment cannot
 * be read.
 */
export function scanSegment(
  directory: string,
  segment: number,
  visit: (record: RecordReader, position: number) => boolean,
): ScanEnd {
  const path = `${directory}/${segmentName(segment)}`;
  const fd = open(cString(binaryString(path)), O_RDONLY);
  if (fd < 0) throw journalError("open", path, failureCode(fd));
  try {
    const stat = emptyStat();
    const result = fstat(fd, stat);
    if (result < 0) throw journalError("look at", path, failureCode(result));
    const window = new Window(fd, path, stat.size);
    let position = 0;
    while (window.load(position, RECORD_HEADER_BYTES)) {
      const length = window.view.getUint32(window.at(position) + 4, true);
      if (length < RECORD_HEADER_BYTES || !window.load(position, length)) break;
      const start = window.at(position);
      const sum = crc32(window.bytes.subarray(start + 4, start + length));
      if (sum !== window.view.getUint32(start, true)) break;
      if (!visit(new RecordReader(window.bytes, window.view, start, length), position)) break;
      position += length;
    }
    return { length: position, size: stat.size };
  } finally {
    close(fd);
  }
}

/** A piece of the file, in memory. */
class Window {
  bytes = new Uint8Array(WINDOW_BYTES);
  view = new DataView(this.bytes.buffer);
  #start = 0;
  #length = 0;

  constructor(readonly fd: number, readonly path: string, readonly size: number) {}

  /** Where byte `position` of the file is in `bytes`. */
  at(position: number): number {
    return position - this.#start;
  }

  /** Makes sure that `[position, position + length)` is in memory. Returns false if the file ends before. */
  load(position: number, length: number): boolean {
    if (position + length > this.size) return false;
    if (position + length <= this.#start + this.#length) return true;
    if (length > this.bytes.length) {
      this.bytes = new Uint8Array(length);
      this.view = new DataView(this.bytes.buffer);
    }
    this.#start = position;
    this.#length = 0;
    const wanted = Math.min(this.bytes.length, this.size - position);
    while (this.#length < wanted) {
      const into = this.bytes.subarray(this.#length, wanted);
      const result = pread(this.fd, into, position + this.#length);
      if (isFailure(result, "EINTR")) continue;
      if (result < 0) throw journalError("read", this.path, failureCode(result));
      // The file became shorter while it is read.
      if (result === 0) return false;
      this.#length += result;
    }
    return true;
  }
}
