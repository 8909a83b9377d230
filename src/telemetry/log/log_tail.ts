/**
 * The end of the log, as it grows.
 *
 * @module
 */

import { listLogFiles } from "./log_files.ts";
import { linesOf } from "./log_reader.ts";

const NEWLINE = 0x0a;
const PIECE_BYTES = 1024 * 1024;

export class LogTail {
  #number: number;
  #position = 0;
  readonly #bytes = new Uint8Array(PIECE_BYTES);

  /** Begins behind what there is. */
  constructor(readonly directory: string) {
    const last = listLogFiles(directory).at(-1);
    this.#number = last?.number ?? 0;
    this.#position = last === undefined ? 0 : Deno.statSync(last.path).size;
  }

  /** Whole lines that have come since. */
  take(): string[] {
    const lines: string[] = [];
    for (const { path, number } of listLogFiles(this.directory)) {
      if (number < this.#number) continue;
      if (number > this.#number) this.#position = 0;
      this.#number = number;
      this.#read(path, lines);
    }
    return lines;
  }

  #read(path: string, lines: string[]): void {
    using file = Deno.openSync(path);
    while (true) {
      file.seekSync(this.#position, Deno.SeekMode.Start);
      const length = file.readSync(this.#bytes) ?? 0;
      const end = this.#bytes.subarray(0, length).lastIndexOf(NEWLINE) + 1;
      if (end === 0) return;
      lines.push(...linesOf(this.#bytes.subarray(0, end)));
      this.#position += end;
    }
  }
}
