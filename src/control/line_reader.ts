/**
 * Cuts a stream of bytes into lines, with a limit on their length and on how long a begun line may take.
 *
 * @module
 */

/** The part of a connection that {@linkcode LineReader} uses. */
export interface ByteSource {
  read(into: Uint8Array): Promise<number | null>;
}

export interface LineLimits {
  /** Longest line, without its newline. */
  maxBytes: number;
  /** Longest time between the first byte of a line and its newline. */
  deadlineMs: number;
}

/** Why a line could not be read. `code` is `line_too_long`, `line_timeout` or `bad_encoding`. */
export class LineError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "LineError";
    this.code = code;
  }
}

const NEWLINE = 0x0a;
const CHUNK_BYTES = 16 * 1024;

export class LineReader {
  readonly #source: ByteSource;
  readonly #limits: LineLimits;
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  /** Bytes read and not yet returned, `[#start, #end)` of the buffer. */
  #buffer = new Uint8Array(CHUNK_BYTES);
  #start = 0;
  #end = 0;
  #reading: Promise<unknown> = Promise.resolve();

  constructor(source: ByteSource, limits: LineLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** The next line without its newline, or null at the end. A last line without newline counts. */
  async next(): Promise<string | null> {
    let searched = this.#start;
    let deadline: number | undefined;
    while (true) {
      const newline = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, searched);
      const length = (newline < 0 ? this.#end : newline) - this.#start;
      if (length > this.#limits.maxBytes) {
        throw new LineError(
          "line_too_long",
          `A line may have ${this.#limits.maxBytes} bytes at most`,
        );
      }
      if (newline >= 0) return this.#take(newline, newline + 1);
      searched = this.#end;
      if (this.#end > this.#start) deadline ??= performance.now() + this.#limits.deadlineMs;
      const count = await this.#read(deadline);
      if (count === null) {
        return this.#end > this.#start ? this.#take(this.#end, this.#end) : null;
      }
      const before = this.#start;
      this.#append(count);
      searched -= before - this.#start;
    }
  }

  /** Resolves when no read is under way: after a deadline one may be. Nothing may be read any more then. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  #take(end: number, next: number): string {
    const line = this.#buffer.subarray(this.#start, end);
    this.#start = next;
    try {
      return this.#decoder.decode(line);
    } catch {
      throw new LineError("bad_encoding", "A line must be valid UTF-8");
    }
  }

  #append(count: number): void {
    const kept = this.#end - this.#start;
    if (this.#end + count > this.#buffer.length) {
      const target = kept + count > this.#buffer.length
        ? new Uint8Array(2 * (kept + count))
        : this.#buffer;
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = kept;
    }
    this.#buffer.set(this.#chunk.subarray(0, count), this.#end);
    this.#end += count;
  }

  async #read(deadline: number | undefined): Promise<number | null> {
    const reading = this.#source.read(this.#chunk);
    this.#reading = reading.catch(() => {});
    if (deadline === undefined) return await reading;
    const { promise: expired, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const seconds = this.#limits.deadlineMs / 1000;
      reject(new LineError("line_timeout", `A line was begun and not ended within ${seconds} s`));
    }, Math.max(0, deadline - performance.now()));
    try {
      return await Promise.race([reading, expired]);
    } finally {
      clearTimeout(timer);
    }
  }
}
