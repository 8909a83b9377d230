/**
 * Which answer was sent last, and how much of it: in memory that outlives the server. A request is taken from the stream
 * when it is answered, so one that a server died at comes to the next one whether it was answered or not; here that one
 * sees what the other side has already.
 *
 * What is sent and what is noted are two steps. A server that dies between them, which are some instructions apart, leaves an
 * answer that is sent twice, one right behind the other.
 *
 * @module
 */

const Word = { LOW: 0, HIGH: 1, SENT: 2, LENGTH: 3 } as const;

export class ReplyMark {
  static readonly BYTES = 16;
  readonly #words: Uint32Array;
  /** What a server before this one had sent last. */
  readonly #before: Uint32Array;

  /** `memory`: zeros, or what a server before this one left. */
  constructor(memory: Uint8Array<ArrayBuffer>) {
    this.#words = new Uint32Array(memory.buffer, memory.byteOffset, ReplyMark.BYTES / 4);
    this.#before = this.#words.slice();
  }

  /** An answer of `length` bytes is sent next, to the request with this id, from byte `from` on. */
  begin([low, high]: readonly [low: number, high: number], length: number, from: number): void {
    const words = this.#words;
    words[Word.LENGTH] = 0;
    words[Word.SENT] = from;
    words[Word.LOW] = low;
    words[Word.HIGH] = high;
    words[Word.LENGTH] = length;
  }

  sent(bytes: number): void {
    this.#words[Word.SENT] = bytes;
  }

  /** The answer to this request is the last one that was sent, and all of it. */
  isSent([low, high]: readonly [low: number, high: number]): boolean {
    const words = this.#words;
    return words[Word.LOW] === low && words[Word.HIGH] === high && words[Word.LENGTH]! > 0 &&
      words[Word.SENT] === words[Word.LENGTH];
  }

  /** The answer to this request is the one that a server before this one was sending, or had sent last. */
  wasBegun(low: number, high: number): boolean {
    const before = this.#before;
    return before[Word.LENGTH]! > 0 && before[Word.LOW] === low && before[Word.HIGH] === high;
  }

  /**
   * How many bytes of the answer to this request were sent by a server before this one. `null`: all of them.
   */
  sentBefore(low: number, high: number): number | null {
    const before = this.#before;
    if (!this.wasBegun(low, high)) return 0;
    return before[Word.SENT]! >= before[Word.LENGTH]! ? null : before[Word.SENT]!;
  }
}
