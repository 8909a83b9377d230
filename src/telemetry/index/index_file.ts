/**
 * The index beside a file of the log: `NAME.idx`, its parts one behind the other.
 *
 * It is written when the log's file is finished and as it grows, and by whoever finds that it lacks something. It counts only
 * where it is younger than what it tells of.
 *
 * @module
 */

import { join } from "node:path";
import { decodeHeader, HEADER_BYTES, partBytes, type PartHeader } from "./part_layout.ts";
import { DamagedIndex, type ReadPart } from "./part.ts";

const UNFINISHED = ".idx-unfinished";

export function indexPath(logFile: string): string {
  return `${logFile}.idx`;
}

export interface IndexedPart {
  readonly header: PartHeader;
  readonly read: ReadPart;
}

/** An index that is open. */
export class IndexFile implements Disposable {
  readonly #file: Deno.FsFile;
  /** As they follow each other in the log, none about what another one is about. */
  readonly parts: readonly IndexedPart[];

  /** Throws where there is none that can be read. `newest`: when the log's file was written to, if it is finished. */
  constructor(logFile: string, newest: number) {
    this.#file = Deno.openSync(indexPath(logFile));
    const { size, mtime } = this.#file.statSync();
    const isOld = (mtime?.getTime() ?? 0) < newest;
    this.parts = isOld ? [] : this.#list(size);
  }

  #list(size: number): IndexedPart[] {
    const parts: IndexedPart[] = [];
    const head = new Uint8Array(HEADER_BYTES);
    for (let at = 0; at + HEADER_BYTES <= size;) {
      this.#read(at, head);
      const header = decodeHeader(head);
      if (header === null || at + partBytes(header) > size) break;
      const from = at;
      if (header.from >= (parts.at(-1)?.header.to ?? 0)) {
        parts.push({ header, read: (place, into) => this.#read(from + place, into) });
      }
      at += partBytes(header);
    }
    return parts;
  }

  #read(position: number, into: Uint8Array): void {
    this.#file.seekSync(position, Deno.SeekMode.Start);
    for (let at = 0; at < into.length;) {
      const read = this.#file.readSync(into.subarray(at));
      if (read === null) throw new DamagedIndex("The index has become shorter");
      at += read;
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Throws what writing throws. What is there of it then is no part. */
export function appendPart(logFile: string, part: Uint8Array): void {
  const options = { append: true, create: true, mode: 0o600 } as const;
  using file = Deno.openSync(indexPath(logFile), options);
  for (let at = 0; at < part.length;) at += file.writeSync(part.subarray(at));
}

/** Instead of what is there, in one instant. Throws what writing throws. */
export function replaceIndex(logFile: string, parts: Iterable<Uint8Array>): void {
  const path = indexPath(logFile);
  const temporary = `${path}.${crypto.randomUUID()}${UNFINISHED}`;
  try {
    using file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o600 });
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += file.writeSync(part.subarray(at));
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** What those left behind who were killed while they made an index. Who is making one has it in memory then. */
export function removeUnfinished(directory: string): void {
  for (const { name } of Deno.readDirSync(directory)) {
    if (name.endsWith(UNFINISHED)) removeFile(join(directory, name));
  }
}

export function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch { /* it was never there */ }
}
