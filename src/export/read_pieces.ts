/**
 * The contents of a file of a snapshot, a piece at a time.
 *
 * @module
 */

import type { InodeRecord } from "../store/trees/entry.ts";
import type { Store } from "../store/store.ts";

/** Bytes of a file that are read at a time. */
const PIECE_BYTES = 1024 * 1024;
const buffer = new Uint8Array(PIECE_BYTES);

/** Bytes `[from, to)`. A piece is overwritten when the next is asked for, of whatever file. */
export function* readPieces(
  store: Store,
  record: InodeRecord,
  from = 0,
  to = record.size,
): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = from; at < to;) {
    const count = Math.min(buffer.length, to - at);
    store.readContent(record, record.size, at, buffer, 0, count);
    yield buffer.subarray(0, count);
    at += count;
  }
}
