/**
 * The streams of a file that have names: bytes beside those that programs read.
 *
 * @module
 */

import { FileClass, queryFile } from "../file.ts";
import { wideText } from "../unicode_string.ts";

/** FILE_STREAM_INFORMATION. */
const LINE = { NEXT: 0, NAME_LENGTH: 4, NAME: 24 } as const;
/** The stream that every file has. */
const PLAIN = "::$DATA";

const lines = new Uint8Array(64 * 1024);

/** How many an open file has; negative if that is not told. */
export function countStreams(handle: number): number {
  lines.fill(0, 0, LINE.NAME);
  const result = queryFile(handle, FileClass.STREAM, lines);
  return result < 0 ? result : streamNames(lines).length;
}

/** Of lines as the kernel lays them, which are all zeros where there is no stream at all. */
export function streamNames(lines: Uint8Array<ArrayBuffer>): string[] {
  const view = new DataView(lines.buffer, lines.byteOffset, lines.length);
  const names: string[] = [];
  for (let at = 0; at + LINE.NAME <= lines.length;) {
    const length = view.getUint32(at + LINE.NAME_LENGTH, true);
    if (at + LINE.NAME + length > lines.length) break;
    const name = wideText(view, at + LINE.NAME, length);
    if (name !== "" && name !== PLAIN) names.push(name);
    const next = view.getUint32(at + LINE.NEXT, true);
    if (next === 0) break;
    at += next;
  }
  return names;
}
