/**
 * The memory that a filter's process shares with the daemon.
 *
 * A page of words, then slots for events that somebody waits for an answer to, then room for a batch and for its answers. The
 * filter's side may write anything anywhere at any time: who reads takes a word once, and checks what it means.
 *
 * @module
 */

import { MOST_PACKED } from "./packed_event.ts";

/** Words, by their index. */
export const Word = {
  STATE: 0,
  /** Bytes of the text at {@linkcode TEXT}: why it could not start, or why it failed last. */
  TEXT_LENGTH: 1,
  /** Events on which it failed, since it started. */
  FAILURES: 2,
  /** 1 while it waits for something to do, and how often it did. */
  IDLE: 3,
  TURNS: 4,
  /** Number of the batch that is to be answered, its events, and its bytes. */
  BATCH: 8,
  BATCH_COUNT: 9,
  BATCH_LENGTH: 10,
  /** Number of the batch that is answered, and the bytes of the answers. */
  BATCH_ANSWERED: 11,
  ANSWERS_LENGTH: 12,
  /** One for each slot: the ticket of what is asked, 0 for nothing. */
  ASKED: 64,
  /** One for each slot: the ticket in the upper bits, the answer in the lower {@linkcode ANSWER_BITS}. */
  ANSWERED: 128,
} as const;

/** `UNLOCKED`: the system does not lock it in. */
export const State = { STARTING: 0, READY: 1, FAILED: 2, UNLOCKED: 3 } as const;

export const SLOTS = 32;
export const ANSWER_BITS = 12;
/** Tickets are 1 to this. */
export const MOST_TICKET = 2 ** (32 - ANSWER_BITS) - 1;

export const TEXT = 2048;
export const MOST_SHARED_TEXT = 1024;

const PAGE = 4096;
/** A u32 with the event's length, and the event. */
const SLOT_SIZE = Math.ceil((4 + MOST_PACKED) / PAGE) * PAGE;
const SLOTS_START = PAGE;
export const BATCH_SIZE = 256 * 1024;
const BATCH_START = SLOTS_START + SLOTS * SLOT_SIZE;
const ANSWERS_START = BATCH_START + BATCH_SIZE;
export const SHARED_SIZE = ANSWERS_START + BATCH_SIZE;
/** Most events of a batch: so much work of a slow filter delays an answer that somebody waits for. */
export const BATCH_EVENTS = 256;

export class SharedMemory {
  readonly words: Int32Array<ArrayBuffer>;

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {
    if (bytes.length < SHARED_SIZE) throw new RangeError("the memory is too small");
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, PAGE / 4);
  }

  load(word: number): number {
    return Atomics.load(this.words, word);
  }

  store(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  slot(index: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(
      SLOTS_START + index * SLOT_SIZE,
      SLOTS_START + (index + 1) * SLOT_SIZE,
    );
  }

  get batch(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(BATCH_START, BATCH_START + BATCH_SIZE);
  }

  get answers(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(ANSWERS_START, ANSWERS_START + BATCH_SIZE);
  }

  get text(): string {
    const length = Math.min(Math.max(this.load(Word.TEXT_LENGTH), 0), MOST_SHARED_TEXT);
    return new TextDecoder().decode(this.bytes.slice(TEXT, TEXT + length));
  }

  set text(text: string) {
    const { written } = new TextEncoder().encodeInto(
      text,
      this.bytes.subarray(TEXT, TEXT + MOST_SHARED_TEXT),
    );
    this.store(Word.TEXT_LENGTH, written);
  }

  /** Nothing is asked any more. For when the filter's process is over. */
  forget(): void {
    for (let i = 0; i < SLOTS; i++) this.store(Word.ASKED + i, 0);
    this.store(Word.BATCH, 0);
    this.store(Word.FAILURES, 0);
    this.store(Word.IDLE, 0);
    this.store(Word.TEXT_LENGTH, 0);
    this.store(Word.STATE, State.STARTING);
  }
}
