/**
 * Reads the log of events while somebody may be writing it.
 *
 * @module
 */

import { listLogFiles } from "./log_files.ts";

const NEWLINE = 0x0a;

/** Whole lines of all files, the oldest first, without their newlines. Files that go meanwhile are left out. */
export function* readLogLines(directory: string): Generator<string> {
  for (const { path } of listLogFiles(directory)) {
    const bytes = readFile(path);
    if (bytes === null) continue;
    yield* linesOf(bytes);
  }
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

function readFile(path: string): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
