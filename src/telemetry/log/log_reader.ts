/**
 * Reads the log of events while somebody may be writing it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { binaryString, isForeign } from "../../../ffi/binary_string.ts";
import { listLogFiles } from "./log_files.ts";
import { mayTellOf } from "./path_index.ts";

const NEWLINE = 0x0a;

/** What need not be read. What is read besides is for the caller to leave out. */
export interface LogQuestion {
  /** Ms since 1970. */
  readonly since?: number;
  /** Only what is about these absolute paths, or below them; none: about anything. */
  readonly paths?: readonly string[];
}

/** Whole lines of all files, the oldest first, without their newlines. Files that go meanwhile are left out. */
export function* readLogLines(
  directory: string,
  { since = -Infinity, paths = [] }: LogQuestion = {},
): Generator<string> {
  for (const { path } of listLogFiles(directory)) yield* linesOfFile(path, { since, paths });
}

/** As {@linkcode readLogLines}, of one file. */
export function* linesOfFile(
  file: string,
  { since = -Infinity, paths = [] }: LogQuestion,
): Generator<string> {
  if (modified(file) < since) return;
  if (paths.length > 0 && !mayTellOf(file, paths.map(binaryString))) return;
  const bytes = readFile(file);
  if (bytes === null) return;
  // Of a path that is no text, lines have a part that stands for it.
  if (paths.length === 0 || paths.some(isForeign)) yield* linesOf(bytes);
  else yield* linesWith(bytes, paths.map((path) => JSON.stringify(path).slice(1, -1)));
}

/** What has no newline behind it is not there yet. */
export function* linesOf(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  for (let start = 0;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return;
    yield decoder.decode(bytes.subarray(start, end));
    start = end + 1;
  }
}

/** Lines that have one of these texts in them, in their order. */
function* linesWith(bytes: Uint8Array, texts: readonly string[]): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const next = (text: string, from: number) => {
    const at = buffer.indexOf(text, from);
    return at < 0 ? Infinity : at;
  };
  const found = texts.map((text) => next(text, 0));
  while (true) {
    const at = Math.min(...found);
    if (at === Infinity) return;
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return;
    yield decoder.decode(bytes.subarray(bytes.lastIndexOf(NEWLINE, at) + 1, end));
    texts.forEach((text, i) => {
      if (found[i]! < end) found[i] = next(text, end);
    });
  }
}

/** When it was written to last; 0 if it is gone. */
function modified(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? Infinity;
  } catch {
    return 0;
  }
}

function readFile(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
