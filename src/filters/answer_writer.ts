/**
 * Collects the answers of a batch in the form that `readAnswer` reads.
 *
 * @module
 */

import { Bit, MOST_NOTES } from "./answer.ts";

export class AnswerWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Begins a new batch. */
  clear(): void {
    this.#length = 0;
  }

  /** What a filter said, without notes. */
  word(word: number): void {
    this.#grow(4);
    this.#view.setUint32(this.#length, word >>> 0, true);
    this.#length += 4;
  }

  failed(): void {
    this.word(Bit.FAILED);
  }

  /** What a filter said, with notes as it packed them; they have at most {@linkcode MOST_NOTES} bytes. */
  noted(word: number, notes: Uint8Array): void {
    if (notes.length > MOST_NOTES) throw new RangeError("too many notes");
    this.#grow(6 + notes.length);
    this.#view.setUint32(this.#length, (word | Bit.NOTES) >>> 0, true);
    this.#view.setUint16(this.#length + 4, notes.length, true);
    this.#bytes.set(notes, this.#length + 6);
    this.#length += 6 + notes.length;
  }

  /** The answers so far; valid until the next batch. */
  get answers(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** The answers of a filter that failed on a whole batch. */
export function allFailed(count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) view.setUint32(i * 4, Bit.FAILED, true);
  return bytes;
}
