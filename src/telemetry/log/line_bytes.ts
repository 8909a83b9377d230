/**
 * Lines that are put together one behind the other, as bytes: pieces of text that are put together leave several times their
 * size to the garbage collector, and tens of thousands of lines a second may be written.
 *
 * @module
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const MINUS = 0x2d;
const BILLION = 1_000_000_000;
/** Below this many bytes copying them one by one is quicker than asking for it. */
const FEW = 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class LineBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `room`: bytes that it begins with; it grows. */
  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room);
  }

  get length(): number {
    return this.#length;
  }

  /** What was put together from `start` on, up to `end`, until something else is. */
  bytes(start = 0, end = this.#length): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(start, end);
  }

  text(start = 0, end = this.#length): string {
    return decoder.decode(this.bytes(start, end));
  }

  clear(): void {
    this.#length = 0;
  }

  put(piece: Uint8Array): void {
    const { length } = piece;
    this.#room(length);
    const at = this.#length;
    if (length > FEW) this.#bytes.set(piece, at);
    else for (let i = 0; i < length; i++) this.#bytes[at + i] = piece[i]!;
    this.#length = at + length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** Another byte at a place where there is one. */
  replace(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Any text, as UTF-8. */
  unicode(text: string): void {
    this.#room(3 * text.length);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  /** As JSON has it. */
  number(value: number): void {
    if (!Number.isSafeInteger(value)) return this.unicode(JSON.stringify(value));
    if (value < 0) this.byte(MINUS);
    this.digits(Math.abs(value), 1);
  }

  /** A whole number below 2^53, with zeros before it up to `width`. */
  digits(value: number, width: number): void {
    if (value >= BILLION) {
      const high = Math.floor(value / BILLION);
      this.#digits(high, Math.max(1, width - 9));
      this.#digits(value - high * BILLION, 9);
    } else this.#digits(value, width);
  }

  /** Of less than a billion: that is quicker. */
  #digits(value: number, width: number): void {
    const count = Math.max(width, digitsOf(value));
    this.#room(count);
    const end = this.#length + count;
    let rest = value | 0;
    for (let at = end - 1; at >= this.#length; at--) {
      const tenth = (rest / 10) | 0;
      this.#bytes[at] = ZERO + rest - 10 * tenth;
      rest = tenth;
    }
    this.#length = end;
  }

  /** The text of a binary string, in quotes; what is no UTF-8 is replaced. False if it had to be looked at closely. */
  json(binary: string): boolean {
    const { length } = binary;
    this.#room(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = binary.charCodeAt(i);
      if (code < 0x20 || code >= 0x7f || code === QUOTE || code === BACKSLASH) {
        this.unicode(JSON.stringify(textOf(binary)));
        return false;
      }
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.#length = at;
    return true;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(2 * (this.#length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

/** Of a whole number below a billion; 1 of 0. */
function digitsOf(value: number): number {
  if (value < 1_000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}

function textOf(binary: string): string {
  return decoder.decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
}
