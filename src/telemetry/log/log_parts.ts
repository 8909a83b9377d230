/**
 * The log as tables: the parts of its indexes, and what no index tells of yet, made into parts from its lines.
 *
 * @module
 */

import { type ColumnMemory, DamagedIndex, Part, type ReadPart } from "../index/part.ts";
import { PartBuilder } from "../index/part_builder.ts";
import { type Column, decodeHeader, PART_BYTES } from "../index/part_layout.ts";
import {
  type IndexedPart,
  IndexFile,
  indexPath,
  removeFile,
  replaceIndex,
} from "../index/index_file.ts";
import { type LoggedEvent, parseLoggedEvent, timeOf } from "../logged_event.ts";
import { listLogFiles } from "./log_files.ts";

const NEWLINE = 0x0a;
/** Of what has no index, bytes that are read at once: who looks through it may do something else in between. */
const WINDOW = 256 * 1024;

const decoder = new TextDecoder();

export interface LogPart {
  /** Path of the log file. */
  readonly file: string;
  readonly part: Part;
}

export interface PartsQuestion {
  /** µs since 1970: files that were finished before are left out. */
  readonly since?: number;
  /** Those that are read of each part: they are there, and are as they were written. */
  readonly columns: readonly Column[];
  /** Looks at {@linkcode first} alone. False: the part is left out, and the other columns of it are not read. */
  readonly isWanted?: (part: Part) => boolean;
  readonly first?: readonly Column[];
  readonly newestFirst?: boolean;
  /** The index of a finished file is made if it is not there, which takes a moment; else that is done each time, bit by bit. */
  readonly makes?: boolean;
}

/** A part is good until the next one. Files that go meanwhile are left out. */
export function* logParts(
  directory: string,
  question: PartsQuestion,
): Generator<LogPart> {
  const { since = -Infinity, newestFirst = false, makes = true } = question;
  const files = listLogFiles(directory);
  const newest = files.at(-1);
  const memory: ColumnMemory = new Map();
  for (const { path } of newestFirst ? files.reverse() : files) {
    try {
      using file = new LogFileParts(path, path !== newest?.path, memory);
      if ((file.modified + 1) * 1000 <= since) continue;
      if (makes) file.make();
      for (const part of file.parts(question)) yield { file: path, part };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * Makes the indexes of finished files that lack something, a part at each step, some tens of ms: so that whoever asks need not. What cannot
 * be written is left out.
 */
export function* makeIndexes(directory: string): Generator<void> {
  for (const { path } of listLogFiles(directory).slice(0, -1)) {
    try {
      using file = new LogFileParts(path, true, new Map());
      if (file.isIndexed) continue;
      const parts: Uint8Array[] = [];
      for (const part of file.made()) {
        parts.push(part);
        yield;
      }
      file.keep(parts);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Bytes of a file, and the part about them if the index has one. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly indexed: IndexedPart | null;
}

class LogFileParts implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #size: number;
  /** Whole ms since 1970. */
  readonly modified: number;
  #index: IndexFile | null = null;

  constructor(readonly path: string, readonly isFinished: boolean, readonly memory: ColumnMemory) {
    this.#file = Deno.openSync(path);
    const { size, mtime } = this.#file.statSync();
    this.#size = size;
    this.modified = mtime?.getTime() ?? Infinity;
    this.#open();
  }

  /** Makes the index where it lacks something and nobody else will. */
  make(): void {
    if (this.isFinished && !this.isIndexed) this.keep(this.made());
  }

  get isIndexed(): boolean {
    return this.#pieces().every(({ indexed }) => indexed !== null);
  }

  /** The parts of a whole index. */
  made(): Generator<Uint8Array<ArrayBuffer>> {
    return this.#made(0, this.#size, PART_BYTES);
  }

  /** These are the index. */
  keep(parts: Iterable<Uint8Array>): void {
    try {
      replaceIndex(this.path, parts);
      // The log may have gone meanwhile.
      if (!isThere(this.path)) removeFile(indexPath(this.path));
      this.#open();
    } catch {
      /* The log is somebody else's, or the disk is full: it is made in memory each time. */
    }
  }

  *parts(question: PartsQuestion): Generator<Part> {
    const { newestFirst = false } = question;
    const pieces = this.#pieces();
    for (const piece of newestFirst ? pieces.reverse() : pieces) {
      const part = this.#checked(piece, question);
      if (part === "damaged") yield* this.#unindexed(piece, newestFirst);
      else if (part !== null) yield part;
    }
  }

  [Symbol.dispose](): void {
    this.#index?.[Symbol.dispose]();
    this.#file.close();
  }

  #open(): void {
    this.#index?.[Symbol.dispose]();
    this.#index = null;
    try {
      this.#index = new IndexFile(this.path, this.isFinished ? this.modified : 0);
    } catch { /* there is none */ }
  }

  #pieces(): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    for (const indexed of this.#index?.parts ?? []) {
      const { from, to } = indexed.header;
      if (to > this.#size) break;
      if (from > at) pieces.push({ from: at, to: from, indexed: null });
      pieces.push({ from, to, indexed });
      at = to;
    }
    if (at < this.#size) pieces.push({ from: at, to: this.#size, indexed: null });
    return pieces;
  }

  /** Null if it is not wanted. */
  #checked({ indexed }: Piece, { columns, first = [], isWanted }: PartsQuestion) {
    if (indexed === null) return "damaged";
    const part = new Part(indexed.header, indexed.read, this.memory);
    try {
      part.check(first);
      if (isWanted?.(part) === false) return null;
      part.check(columns);
      return part;
    } catch (error) {
      if (!(error instanceof DamagedIndex)) throw error;
      // Who asks next makes it anew.
      if (this.isFinished) removeFile(indexPath(this.path));
      return "damaged";
    }
  }

  *#unindexed({ from, to }: Piece, newestFirst: boolean): Generator<Part> {
    for (
      const bytes of newestFirst ? this.#madeBackwards(from, to) : this.#made(from, to, WINDOW)
    ) {
      const read: ReadPart = (at, into) => into.set(bytes.subarray(at, at + into.length));
      yield new Part(decodeHeader(bytes)!, read);
    }
  }

  /** Parts made of the file's lines. What has no newline behind it is not there yet, or never will be. */
  *#made(from: number, to: number, window: number): Generator<Uint8Array<ArrayBuffer>> {
    let builder = new PartBuilder(from);
    for (let bytes; (bytes = this.#linesFrom(from, to, window)).length > 0; from += bytes.length) {
      for (const [at, end, logged] of eventsIn(bytes)) {
        if (builder.isFull(from + end, timeOf(logged))) {
          yield builder.finish(from + at);
          builder = new PartBuilder(from + at);
        }
        builder.addLogged(from + at, logged);
      }
      if (window >= PART_BYTES) continue;
      yield builder.finish(from + bytes.length);
      builder = new PartBuilder(from + bytes.length);
    }
    if (builder.from < to) yield builder.finish(to);
  }

  /** The same, the last first. */
  *#madeBackwards(from: number, to: number): Generator<Uint8Array<ArrayBuffer>> {
    for (let length = WINDOW; to > from;) {
      const start = Math.max(from, to - length);
      const bytes = this.#read(start, to);
      const first = start === from ? 0 : bytes.indexOf(NEWLINE) + 1;
      const isWithin = start === from || first > 0 && first < bytes.length;
      if (!isWithin) {
        length *= 2;
        continue;
      }
      const parts = [new PartBuilder(start + first)];
      for (const [at, end, logged] of eventsIn(bytes.subarray(first))) {
        if (parts.at(-1)!.isFull(start + first + end, timeOf(logged))) {
          parts.push(new PartBuilder(start + first + at));
        }
        parts.at(-1)!.addLogged(start + first + at, logged);
      }
      for (const part of parts.reverse()) yield part.finish(to);
      to = start + first;
      length = WINDOW;
    }
  }

  /** Whole lines; more than the window if one is longer. */
  #linesFrom(from: number, to: number, window: number): Uint8Array {
    for (let length = window;; length *= 2) {
      const bytes = this.#read(from, Math.min(to, from + length));
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0 || length >= to - from) return bytes.subarray(0, end);
    }
  }

  #read(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    this.#file.seekSync(from, Deno.SeekMode.Start);
    let at = 0;
    while (at < bytes.length) {
      const read = this.#file.readSync(bytes.subarray(at));
      if (read === null) break;
      at += read;
    }
    return bytes.subarray(0, at);
  }
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Where each begins and ends. */
function* eventsIn(bytes: Uint8Array): Generator<[at: number, end: number, event: LoggedEvent]> {
  for (let start = 0;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return;
    const logged = parseLoggedEvent(decoder.decode(bytes.subarray(start, end)));
    if (logged !== null) yield [start, end, logged];
    start = end + 1;
  }
}
