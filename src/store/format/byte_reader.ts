/**
 * Takes an object's bytes apart. Never reads past the end: bytes that make no sense raise
 * `damaged_object`, whatever they are.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { OBJECT_ID_BYTES, type ObjectId, objectIdFromBytes } from "./object_id.ts";
import { damagedObject, type StoreError } from "./store_error.ts";

/** 53 bits in groups of 7. */
const VARINT_BYTES = 8;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #id: ObjectId | undefined;
  #position = 0;

  /** @param id the object the bytes are of, for error messages */
  constructor(bytes: Uint8Array, id?: ObjectId) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#id = id;
  }

  get position(): number {
    return this.#position;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** The error to throw where the bytes are not what they should be. */
  damaged(why: string): StoreError {
    return damagedObject(this.#id, `${why} (byte ${this.#position} of ${this.#bytes.length})`);
  }

  u8(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#advance(4));
  }

  /** A whole number below 2^53 in eight bytes. */
  u64(): number {
    const low = this.u32();
    const value = this.u32() * 2 ** 32 + low;
    if (value > Number.MAX_SAFE_INTEGER) throw this.damaged("a number has more than 53 bits");
    return value;
  }

  /** A whole number up to `max`, which is below 2^53. The shortest encoding is the only valid one. */
  varint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (byte === 0 && i > 0) throw this.damaged("a number is longer than it needs to be");
        if (value > max) throw this.damaged(`a number is above ${max}`);
        return value;
      }
      scale *= 128;
    }
    throw this.damaged("a number has more than 53 bits");
  }

  binary(): string {
    const length = this.varint();
    const start = this.#advance(length);
    return this.#buffer.toString("latin1", start, start + length);
  }

  /** Reads a {@linkcode binary} and tells whether it comes before (-1), is (0) or comes after (1) `text`. */
  compareBinary(text: string): number {
    const length = this.varint();
    const start = this.#advance(length);
    const common = Math.min(length, text.length);
    for (let i = 0; i < common; i++) {
      const difference = this.#bytes[start + i]! - text.charCodeAt(i);
      if (difference !== 0) return Math.sign(difference);
    }
    return Math.sign(length - text.length);
  }

  /** A copy of the next `length` bytes. */
  raw(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#advance(length);
    return this.#bytes.slice(start, start + length) as Uint8Array<ArrayBuffer>;
  }

  id(): ObjectId {
    return objectIdFromBytes(this.#bytes, this.#advance(OBJECT_ID_BYTES));
  }

  skip(count: number): void {
    this.#advance(count);
  }

  /** Goes to a position that this or another reader of the same bytes had. */
  seek(position: number): void {
    this.#position = position;
  }

  /** Throws unless everything was read. */
  end(): void {
    if (!this.atEnd) throw this.damaged("there is more than there should be");
  }

  /** Moves on by `count` and returns where it was. */
  #advance(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) throw this.damaged("it ends too early");
    this.#position = start + count;
    return start;
  }
}
