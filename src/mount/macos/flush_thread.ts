/**
 * Flushes to the disk that are under way while their thread does something else: another thread waits for each.
 *
 * The two share memory: places, each with a descriptor and what becomes of it, and a count of what was asked for, which the
 * other thread sleeps at. It wakes the asking thread by a wake.
 *
 * @module
 */

import { close, fsync } from "../../host/files.ts";
import { wake } from "../../host/wake.ts";
import { dup } from "../../../ffi/macos/process.ts";
import type { Flush } from "../../tree/journal/group_sync.ts";

/** One after the other for each journal: so many branches may be flushed at once. */
const PLACES = 32;
const Word = { READY: 0, ASKED: 1, FIRST: 2 } as const;
const Field = { STATE: 0, FD: 1, RESULT: 2, COUNT: 3 } as const;
const State = { FREE: 0, ASKED: 1, DONE: 2 } as const;

/** What the flushing thread is started with: plain data. */
export interface FlushStart {
  readonly memory: SharedArrayBuffer;
  /** Of the thread that asks. */
  readonly wake: number;
}

export function flushMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (Word.FIRST + PLACES * Field.COUNT));
}

/** The side that asks. */
export class ThreadFlushes {
  readonly #words: Int32Array;
  readonly #ended = new Map<number, (result: number) => void>();

  constructor({ memory }: FlushStart) {
    this.#words = new Int32Array(memory);
  }

  /** None can be begun before the other thread is there: whoever wants one waits itself. */
  readonly begin: Flush = (fd, ended) => {
    const words = this.#words;
    const at = [...places()].find((place) => !this.#ended.has(place));
    if (at === undefined || Atomics.load(words, Word.READY) === 0) return false;
    const own = dup(fd);
    if (own < 0) return false;
    this.#ended.set(at, ended);
    words[at + Field.FD] = own;
    Atomics.store(words, at + Field.STATE, State.ASKED);
    Atomics.add(words, Word.ASKED, 1);
    Atomics.notify(words, Word.ASKED);
    return true;
  };

  /** Tells those who wait for what has ended. */
  tell(): void {
    for (const [at, ended] of [...this.#ended]) {
      if (Atomics.load(this.#words, at + Field.STATE) !== State.DONE) continue;
      const result = this.#words[at + Field.RESULT]!;
      Atomics.store(this.#words, at + Field.STATE, State.FREE);
      this.#ended.delete(at);
      ended(result);
    }
  }
}

/** The side that waits for the disk. */
export function flushForever({ memory, wake: asker }: FlushStart): never {
  const words = new Int32Array(memory);
  Atomics.store(words, Word.READY, 1);
  for (;;) {
    const asked = Atomics.load(words, Word.ASKED);
    for (const at of places()) {
      if (Atomics.load(words, at + Field.STATE) !== State.ASKED) continue;
      const fd = words[at + Field.FD]!;
      words[at + Field.RESULT] = fsync(fd);
      close(fd);
      Atomics.store(words, at + Field.STATE, State.DONE);
      wake(asker);
    }
    Atomics.wait(words, Word.ASKED, asked);
  }
}

function* places(): Generator<number> {
  for (let i = 0; i < PLACES; i++) yield Word.FIRST + i * Field.COUNT;
}
