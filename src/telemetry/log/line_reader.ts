/**
 * Reads lines of a log file whose places are known, those that lie close to each other at once.
 *
 * @module
 */

const NEWLINE = 0x0a;
const WINDOW = 64 * 1024;

export class LineReader implements Disposable {
  readonly #file: Deno.FsFile;
  #bytes = new Uint8Array(WINDOW);
  /** What of the file is in it. */
  #from = 0;
  #to = 0;
  readonly #decoder = new TextDecoder();

  constructor(readonly path: string) {
    this.#file = Deno.openSync(path);
  }

  /** The line that begins there, without its newline; null if it has no end. */
  lineAt(at: number): string | null {
    if (at < this.#from || at >= this.#to) this.#fill(at);
    while (true) {
      const held = this.#bytes.subarray(at - this.#from, this.#to - this.#from);
      const end = held.indexOf(NEWLINE);
      if (end >= 0) return this.#decoder.decode(held.subarray(0, end));
      if (this.#from < at) this.#fill(at);
      else if (held.length < this.#bytes.length) return null;
      else {
        this.#bytes = new Uint8Array(2 * this.#bytes.length);
        this.#fill(at);
      }
    }
  }

  #fill(at: number): void {
    this.#file.seekSync(at, Deno.SeekMode.Start);
    this.#from = this.#to = at;
    while (this.#to - at < this.#bytes.length) {
      const read = this.#file.readSync(this.#bytes.subarray(this.#to - at));
      if (read === null) break;
      this.#to += read;
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
