/**
 * What a difference takes for text, and its lines: binary strings, one unit per byte, so that any encoding comes
 * through as it is.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { InodeRecord } from "../../store/trees/entry.ts";
import type { Store } from "../../store/store.ts";

/** Larger files are only said to differ, bytes. */
export const TEXT_BYTES_MAX = 8 * 1024 * 1024;
/** git, too, takes a file for binary that has a NUL in its first 8000 bytes. */
const BINARY_PROBE = 8000;

/** The content of a file or the target of a symlink, "" for none; null if it is binary or larger than {@linkcode TEXT_BYTES_MAX}. */
export function readText(store: Store, record: InodeRecord | null): string | null {
  const content = readContent(store, record);
  return content?.slice(0, BINARY_PROBE).includes("\0") ? null : content;
}

/** As {@linkcode readText}, also of binary files. */
export function readContent(store: Store, record: InodeRecord | null): string | null {
  if (record === null || record.size === 0) return "";
  if (record.size > TEXT_BYTES_MAX) return null;
  const bytes = new Uint8Array(record.size);
  store.readContent(record, record.size, 0, bytes, 0, record.size);
  // TextDecoder's latin1 is windows-1252, which is another mapping.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The lines of a text, each with its line feed; the last may have none. */
export function splitLines(text: string): string[] {
  return text === "" ? [] : text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
