/**
 * Reads the log of events while somebody may be writing it.
 *
 * @module
 */

import { type EventQuestion, partsFor, selectRows } from "../index/select_rows.ts";
import { LineReader } from "./line_reader.ts";
import { listLogFiles } from "./log_files.ts";
import { type LogPart, logParts, type PartsQuestion } from "./log_parts.ts";

const NEWLINE = 0x0a;
const PIECE_BYTES = 1024 * 1024;

/** Whole lines of all files, the oldest first, without their newlines. Files that go meanwhile are left out. */
export function* readLogLines(directory: string): Generator<string> {
  for (const { path } of listLogFiles(directory)) {
    try {
      yield* linesOfFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

export interface LinesOptions {
  readonly newestFirst?: boolean;
  readonly makes?: boolean;
}

/** Lines of the events that are meant: found by the index, the oldest first, or the newest. Files that go meanwhile are left out. */
export function* findLogLines(
  directory: string,
  question: EventQuestion,
  options: LinesOptions = {},
): Generator<string> {
  for (const found of logParts(directory, linesQuestion(question, options))) {
    const lines = foundLines(found, question);
    if (options.newestFirst) yield* [...lines].reverse();
    else yield* lines;
  }
}

/** What is asked for {@linkcode foundLines}. */
export function linesQuestion(question: EventQuestion, options: LinesOptions = {}): PartsQuestion {
  return { ...options, ...partsFor(question, ["offset"]) };
}

/** Lines of a part, the oldest first; only the last `most` of them. */
export function* foundLines(
  { file, part }: LogPart,
  question: EventQuestion,
  most = Infinity,
): Generator<string> {
  const rows = selectRows(part, question);
  if (rows === null) return;
  const { offset, header: { from } } = part;
  // Who takes the lines may read other parts meanwhile.
  const places = offset.filter((_, row) => rows[row] === 1).slice(most === Infinity ? 0 : -most);
  using reader = new LineReader(file);
  for (const place of places) {
    const line = reader.lineAt(from + place);
    if (line !== null) yield line;
  }
}

function* linesOfFile(path: string): Generator<string> {
  using file = Deno.openSync(path);
  let bytes = new Uint8Array(PIECE_BYTES);
  let held = 0;
  while (true) {
    const read = file.readSync(bytes.subarray(held));
    if (read === null) return;
    held += read;
    const end = bytes.subarray(0, held).lastIndexOf(NEWLINE) + 1;
    yield* linesOf(bytes.subarray(0, end));
    bytes.copyWithin(0, end, held);
    held -= end;
    if (held < bytes.length) continue;
    const larger = new Uint8Array(2 * bytes.length);
    larger.set(bytes);
    bytes = larger;
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
