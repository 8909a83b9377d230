/**
 * What a merge takes for text, and its lines.
 *
 * Text is read as a binary string, one unit per byte, so that it comes through as it is.
 *
 * @module
 */

import { Buffer, isUtf8 } from "node:buffer";
import type { InodeRecord } from "../../../store/trees/entry.ts";
import type { Store } from "../../../store/store.ts";

/** Larger files are not merged by line, bytes. */
export const TEXT_BYTES_MAX = 8 * 1024 * 1024;
/** git, too, takes a file for binary that has a NUL in its first 8000 bytes. */
const BINARY_PROBE = 8000;

/** The content of a file, "" for none; null if it is not UTF-8 text or larger than {@linkcode TEXT_BYTES_MAX}. */
export function readText(store: Store, file: InodeRecord | null): string | null {
  if (file === null || file.size === 0) return "";
  if (file.size > TEXT_BYTES_MAX) return null;
  const bytes = new Uint8Array(file.size);
  store.readContent(file, file.size, 0, bytes, 0, file.size);
  if (bytes.subarray(0, BINARY_PROBE).includes(0) || !isUtf8(bytes)) return null;
  return Buffer.from(bytes.buffer).toString("latin1");
}

/** The lines of a text, each with its line feed; the last may have none. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/** The bytes of a binary string. */
export function textBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** A text for people as the binary string of its UTF-8, on one line. */
export function labelText(label: string): string {
  return Buffer.from(label.replace(/[\r\n]+/g, " "), "utf8").toString("latin1");
}
