/**
 * How an index of events lies on the disk: one part after the other, each of some bytes of its log file, at most 4 MiB of them.
 *
 * A part is a table of the events by columns: a header, and behind it the columns in the order of {@linkcode COLUMNS}, each
 * padded to 16 bytes, each with a checksum in the header. Numbers are little-endian. Everything in it is in the log, too: a
 * part that is damaged, or is not there, is made from the log again.
 *
 * @module
 */

import { CHANGES } from "../level.ts";
import type { Action } from "../event.ts";

/** Of a log file, bytes that a part tells of: what is in memory until it is written. */
export const PART_BYTES = 4 * 1024 * 1024;
/** Rows of a part: an actor's number has 16 bits. */
export const PART_ROWS = 65_535;

/** Where there is no path. */
export const NONE = 0xffff_ffff;

/**
 * - `offset` u32: where the line begins, from the part's beginning on
 * - `actor` u16: who did it, a place in `actors`
 * - `action` u8: a place in {@linkcode INDEXED_ACTIONS}, and {@linkcode FAILED}
 * - `time` u32: µs since the part's first time
 * - `path` u32: a place in the columns of paths, or {@linkcode NONE}
 * - `bytes` f64: of the writes alone, in their order
 * - `target` u32: row and path, of those that have a second path
 * - `pathHash`, `pathHash2` u32: of all paths and the directories above them
 * - `parent` u32: the directory's place, which is before it; `nameEnd` u32: where the name ends in `names`
 * - `actors`, `args`: JSON
 */
export const COLUMNS = [
  "pathHash",
  "pathHash2",
  "parent",
  "nameEnd",
  "names",
  "actors",
  "args",
  "offset",
  "actor",
  "action",
  "time",
  "path",
  "bytes",
  "target",
] as const;
export type Column = typeof COLUMNS[number];

/** Actions by their number in an index. What is added goes to the end. */
export const INDEXED_ACTIONS: readonly Action[] = [
  ...CHANGES,
  "open",
  "read",
  "close",
  "stat",
  "exec-open",
  "exec",
  "fork",
  "exit",
  "chdir",
  "connect",
  "bind",
  "send",
  "lost",
  "source-started",
  "source-stopped",
  "source-blind",
  "checkpoint",
  "move",
  "filter",
  "policy",
];
/** In the action's byte: it failed. */
export const FAILED = 0x80;

/** What a part says of itself. */
export interface PartHeader {
  /** Bytes of the log file that it tells of. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Of its events, µs since 1970; Infinity and -Infinity where there are none. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly lengths: readonly number[];
  readonly sums: readonly number[];
}

/** `AVI` and the version of the layout. */
const MAGIC = 0x01495641;
const COLUMNS_AT = 48;
const SUM_AT = COLUMNS_AT + 8 * COLUMNS.length;
export const HEADER_BYTES = align(SUM_AT + 4);

export function align(length: number): number {
  return Math.ceil(length / 16) * 16;
}

/** Of bytes whose number is a multiple of 16. Four lanes: each product waits for the one before it. */
export function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let [a, b, c, d] = [1, 2, 3, 4];
  for (let i = 0; i < words.length; i += 4) {
    a = Math.imul(a ^ words[i]!, 0x01000193);
    b = Math.imul(b ^ words[i + 1]!, 0x01000193);
    c = Math.imul(c ^ words[i + 2]!, 0x01000193);
    d = Math.imul(d ^ words[i + 3]!, 0x01000193);
  }
  return (Math.imul(a, 31) + Math.imul(b, 37) + Math.imul(c, 41) + d) >>> 0;
}

/** Bytes of a part from its header on. */
export function partBytes({ lengths }: PartHeader): number {
  return lengths.reduce((sum, length) => sum + align(length), HEADER_BYTES);
}

export function encodeHeader(header: PartHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, header.rows, true);
  view.setFloat64(8, header.from, true);
  view.setFloat64(16, header.to, true);
  view.setFloat64(24, header.firstTime, true);
  view.setFloat64(32, header.lastTime, true);
  COLUMNS.forEach((_, i) => {
    view.setUint32(COLUMNS_AT + 8 * i, header.lengths[i]!, true);
    view.setUint32(COLUMNS_AT + 8 * i + 4, header.sums[i]!, true);
  });
  view.setUint32(SUM_AT, checksum(bytes), true);
  return bytes;
}

/** Null for what is no header. */
export function decodeHeader(given: Uint8Array): PartHeader | null {
  if (given.length < HEADER_BYTES) return null;
  const bytes = given.slice(0, HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  const sum = view.getUint32(SUM_AT, true);
  view.setUint32(SUM_AT, 0, true);
  if (view.getUint32(0, true) !== MAGIC || checksum(bytes) !== sum) return null;
  return {
    rows: view.getUint32(4, true),
    from: view.getFloat64(8, true),
    to: view.getFloat64(16, true),
    firstTime: view.getFloat64(24, true),
    lastTime: view.getFloat64(32, true),
    lengths: COLUMNS.map((_, i) => view.getUint32(COLUMNS_AT + 8 * i, true)),
    sums: COLUMNS.map((_, i) => view.getUint32(COLUMNS_AT + 8 * i + 4, true)),
  };
}
