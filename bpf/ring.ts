/**
 * The reading side of a ring that programs write into (BPF_MAP_TYPE_RINGBUF,
 * https://docs.kernel.org/bpf/ringbuf.html).
 *
 * A page has the reader's position, the next the writers', and then come the data, mapped twice in a row so that no record
 * wraps around. A record: u32 head with its length and what became of it, u32, its bytes; the next one is at a multiple of 8.
 *
 * @module
 */

import { mapFile, mapFileToRead } from "../ffi/linux/mapping.ts";
import type { Mapping } from "../ffi/linux/mapping.ts";

const PAGE = 4096;
const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;
const LENGTH = 0x3fff_ffff;
const HEAD_BYTES = 8;

export class Ring {
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;
  readonly #heads: Uint32Array;

  private constructor(
    readonly bytes: number,
    readonly control: Mapping,
    readonly data: Mapping,
  ) {
    this.#consumer = new BigUint64Array(control.bytes.buffer, 0, 1);
    this.#producer = new BigUint64Array(data.bytes.buffer, 0, 1);
    this.#heads = new Uint32Array(data.bytes.buffer, PAGE);
  }

  /** Null if it cannot be mapped. */
  static open(fd: number, bytes: number): Ring | null {
    const control = mapFile(fd, 0, PAGE);
    if (control === null) return null;
    const data = mapFileToRead(fd, PAGE, PAGE + 2 * bytes);
    if (data !== null) return new Ring(bytes, control, data);
    control.unmap();
    return null;
  }

  /** Hands over the records that are complete, at most `most`. What it hands over is to be read before it returns. */
  take(most: number, each: (record: Uint8Array) => void): void {
    let position = Atomics.load(this.#consumer, 0);
    const end = Atomics.load(this.#producer, 0);
    for (let count = 0; position < end && count < most; count++) {
      const at = Number(position % BigInt(this.bytes));
      const head = Atomics.load(this.#heads, at / 4);
      if ((head & BUSY) !== 0) break;
      const length = head & LENGTH;
      if ((head & DISCARDED) === 0) {
        each(this.data.bytes.subarray(PAGE + at + HEAD_BYTES, PAGE + at + HEAD_BYTES + length));
      }
      position += BigInt((length + HEAD_BYTES + 7) & ~7);
    }
    Atomics.store(this.#consumer, 0, position);
  }

  /** Its memory is not to be touched any more. */
  close(): void {
    this.control.unmap();
    this.data.unmap();
  }
}
