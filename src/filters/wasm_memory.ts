/**
 * Limits a Wasm module's memory by rewriting the module: what it declares as the most its memory may have becomes at most
 * the limit, and a memory without a most is given one. The engine then refuses to grow it beyond.
 *
 * @module
 */

import { FilterError } from "./filter.ts";

const MEMORY_SECTION = 5;
const IMPORT_SECTION = 2;
const PAGE = 64 * 1024;

const HAS_MOST = 1;
const IS_SHARED = 2;
const IS_64 = 4;

/** `module` with every memory limited to `mostBytes`. Throws {@linkcode FilterError} for one that needs more, or is none. */
export function limitMemory(
  module: Uint8Array<ArrayBuffer>,
  mostBytes: number,
): Uint8Array<ArrayBuffer> {
  const most = Math.floor(mostBytes / PAGE);
  const read = new Reader(module, 8);
  while (!read.isAtEnd) {
    const start = read.at;
    const id = read.byte();
    const length = read.number();
    const body = read.at;
    const end = body + length;
    if (end > module.length) throw broken("a section ends after the module does");
    if (id === MEMORY_SECTION) {
      const section = limited(new Reader(module.subarray(0, end), body), most);
      return concat([
        module.subarray(0, start),
        Uint8Array.of(MEMORY_SECTION, ...leb(section.length)),
        section,
        module.subarray(end),
      ]);
    }
    if (id === IMPORT_SECTION) refuseMemories(module, body, end);
    read.at = end;
  }
  return module;
}

function limited(read: Reader, most: number): Uint8Array<ArrayBuffer> {
  const count = read.number();
  if (count > 1) {
    throw new FilterError("not_a_filter", "It has several memories; a filter may have one");
  }
  const out: number[] = [...leb(count)];
  for (let i = 0; i < count; i++) {
    const flags = read.byte();
    if ((flags & ~(HAS_MOST | IS_SHARED | IS_64)) !== 0) {
      throw broken("its memory is of no known kind");
    }
    if ((flags & (IS_SHARED | IS_64)) !== 0) {
      throw new FilterError(
        "not_a_filter",
        "Its memory is shared or has 64 bits; a filter's may not",
      );
    }
    const least = read.number();
    const declared = (flags & HAS_MOST) !== 0 ? read.number() : most;
    if (least > most) {
      throw new FilterError(
        "not_a_filter",
        `It needs ${least * PAGE >> 20} MiB of memory; a filter may have ${most * PAGE >> 20}`,
      );
    }
    out.push(HAS_MOST, ...leb(least), ...leb(Math.min(declared, most)));
  }
  return Uint8Array.from(out);
}

/** A memory that is imported would be the host's: there is none to import. */
function refuseMemories(module: Uint8Array<ArrayBuffer>, body: number, end: number): void {
  const read = new Reader(module.subarray(0, end), body);
  const count = read.number();
  for (let i = 0; i < count; i++) {
    read.skipText();
    read.skipText();
    const kind = read.byte();
    if (kind !== 0) {
      throw new FilterError(
        "not_a_filter",
        "It imports what is no function; a filter has no imports",
      );
    }
    read.number();
  }
}

function broken(what: string): FilterError {
  return new FilterError("not_a_filter", `The Wasm module is broken: ${what}`);
}

class Reader {
  constructor(readonly bytes: Uint8Array, public at: number) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw broken("it ends too early");
    return byte;
  }

  /** An unsigned LEB128 number of 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw broken("a number has more than 32 bits");
  }

  skipText(): void {
    const length = this.number();
    this.at += length;
  }
}

/** `value` as an unsigned LEB128 number. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
