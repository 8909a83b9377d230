/**
 * Writes the log of events: whole lines, in blocks.
 *
 * At any instant each file is lines, and perhaps the beginning of one at its end: where a writer was killed in the middle, which
 * the next one cuts off, or where it is writing. Where nothing can be written, lines are counted and dropped: nobody
 * waits for a disk.
 *
 * @module
 */

import { parseLoggedEvent, timeOf } from "../logged_event.ts";
import { listLogFiles, logFilePath } from "./log_files.ts";
import { LineBytes } from "./line_bytes.ts";
import type { LogLimits } from "./log_limits.ts";
import { appendPart, indexPath, removeFile, removeUnfinished } from "../index/index_file.ts";
import { PartBuilder, type WrittenEvent } from "../index/part_builder.ts";

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** Of a file's end, in which its last line is looked for. */
const TAIL_BYTES = 256 * 1024;

export class LogWriter {
  #file: Deno.FsFile | null = null;
  #path = "";
  #number = 0;
  /** Of the open file, whole lines. */
  #size = 0;
  #begun = 0;
  /** Those that wait, each with its newline. A line is put together at the end, and then ended. */
  readonly lines = new LineBytes(2 * BLOCK_BYTES);
  /** Where each of them ends, the newline left out. */
  #ends: number[] = [];
  /** What each of them says; null where it is not known. */
  #events: (WrittenEvent | null)[] = [];
  /** The open file's index, from the end of what there was on. */
  #index = new PartBuilder(0);
  /** Lines that could not be written and are not told of yet. */
  lost = 0;
  /** Why nothing can be written; null: it can. */
  failure: string | null = null;
  /** Of the last line that the log has; 0 if it has none. */
  readonly lastSequence: number;
  /** True if the writer before this one did not end by itself. */
  readonly wasCut: boolean;

  constructor(readonly directory: string, readonly limits: LogLimits) {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    removeUnfinished(directory);
    const files = listLogFiles(directory);
    let last: { sequence: number; action: string } | null = null;
    for (const { path } of files.toReversed()) {
      last = repair(path);
      if (last !== null) break;
    }
    this.#number = files.at(-1)?.number ?? 0;
    this.lastSequence = last?.sequence ?? 0;
    this.wasCut = last !== null && last.action !== "source-stopped";
    const newest = files.at(-1);
    if (newest === undefined) return;
    this.#path = newest.path;
    this.#size = Deno.statSync(newest.path).size;
    this.#index = new PartBuilder(this.#size);
    this.#begun = Deno.statSync(newest.path).birthtime?.getTime() ?? Date.now();
  }

  /** Another one when a file is begun. */
  get fileNumber(): number {
    return this.#number;
  }

  /** Events and paths of the index that is not written yet. */
  get indexRows(): number {
    return this.#index.rows;
  }

  get indexPaths(): number {
    return this.#index.paths;
  }

  get isFull(): boolean {
    return this.lines.length >= BLOCK_BYTES;
  }

  append(line: string): void {
    this.lines.unicode(line);
    this.endLine(null);
  }

  /** What was put together in {@linkcode lines} is a line. `written`: what it says, so that it need not be read. */
  endLine(written: WrittenEvent | null): void {
    this.#ends.push(this.lines.length);
    this.#events.push(written);
    this.lines.byte(NEWLINE);
  }

  /** Writes what waits. Never throws: what cannot be written is lost and counted. */
  flush(): void {
    const { lines } = this;
    if (lines.length === 0) return;
    const block = lines.bytes();
    try {
      const file = this.#fileFor(block.length);
      writeAll(file, block);
      if (this.limits.sync) file.syncDataSync();
      this.#note();
      this.#size += block.length;
      this.failure = null;
    } catch (error) {
      this.lost += this.#ends.length;
      this.failure = (error as Error).message;
      this.#takeBack();
    }
    lines.clear();
    this.#ends = [];
    this.#events = [];
  }

  close(): void {
    this.flush();
    this.#file?.close();
    this.#file = null;
    this.#writeIndex(this.#size);
  }

  /** What is there of a block that did not fit. */
  #takeBack(): void {
    try {
      this.#file?.truncateSync(this.#size);
    } catch { /* its end is a piece of a line, which readers leave out */ }
  }

  #fileFor(bytes: number): Deno.FsFile {
    const { fileBytes, fileMs } = this.limits;
    const isOver = this.#path === "" || this.#size > 0 && this.#size + bytes > fileBytes ||
      Date.now() - this.#begun > fileMs;
    if (isOver) this.#rotate();
    return this.#file ??= Deno.openSync(this.#path, { append: true, create: true, mode: 0o600 });
  }

  #rotate(): void {
    this.#file?.close();
    this.#file = null;
    this.#writeIndex(this.#size);
    const path = logFilePath(this.directory, this.#number + 1, new Date());
    this.#file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    this.#path = path;
    this.#number++;
    this.#size = 0;
    this.#begun = Date.now();
    this.#index = new PartBuilder(0);
    const files = listLogFiles(this.directory);
    for (const { path } of files.slice(0, Math.max(0, files.length - this.limits.files))) {
      Deno.removeSync(path);
      removeFile(indexPath(path));
    }
  }

  /** Puts what was written into the index. */
  #note(): void {
    let begin = 0;
    for (const [i, end] of this.#ends.entries()) {
      const at = begin;
      const text = () => this.lines.text(at, end);
      const written = this.#events[i]!;
      const logged = written === null ? parseLoggedEvent(text()) : null;
      if (written !== null || logged !== null) {
        const time = written?.time ?? timeOf(logged!);
        if (this.#index.isFull(this.#size + end, time)) this.#writeIndex(this.#size + at);
        if (written !== null) this.#index.add(this.#size + at, text, written);
        else this.#index.addLogged(this.#size + at, logged!);
      }
      begin = end + 1;
    }
  }

  /** What there is of it, up to that place in the file. What is missing is made by who looks for it. */
  #writeIndex(to: number): void {
    const index = this.#index;
    this.#index = new PartBuilder(to);
    if (index.from === to) return;
    try {
      appendPart(this.#path, index.finish(to));
    } catch { /* the log tells of its disk */ }
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

/** Cuts off a line that was not written to its end. Returns what the last one tells; null if there is none. */
function repair(path: string): { sequence: number; action: string } | null {
  using file = Deno.openSync(path, { read: true, write: true });
  const size = file.statSync().size;
  const start = Math.max(0, size - TAIL_BYTES);
  const bytes = new Uint8Array(size - start);
  file.seekSync(start, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) {
    const read = file.readSync(bytes.subarray(at));
    if (read === null) break;
    at += read;
  }
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (start + end < size) file.truncateSync(start + end);
  for (const line of new TextDecoder().decode(bytes.subarray(0, end)).split("\n").toReversed()) {
    const told = parseLast(line);
    if (told !== null) return told;
  }
  return null;
}

function parseLast(line: string): { sequence: number; action: string } | null {
  try {
    const { event: { sequence, action } } = JSON.parse(line);
    return Number.isSafeInteger(sequence) ? { sequence, action } : null;
  } catch {
    return null;
  }
}
