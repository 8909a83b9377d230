/**
 * Having a filter look at what goes into the log: a batch of events at a time, whose answers are taken when they are there.
 *
 * @module
 */

import type { TelemetryEvent } from "../telemetry/event.ts";
import { type Answer, AnswerError, readAnswer } from "./answer.ts";
import { packEvents } from "./packed_event.ts";
import { BATCH_EVENTS, BATCH_SIZE, type SharedMemory, State, Word } from "./shared_layout.ts";

/** How long a batch may take, ms: nobody waits for it but the log, which is to have what was done within half a second. */
export const BATCH_DEADLINE_MS = 250;

export class BatchLane {
  #batch = 0;
  #count = 0;

  /** `wake` tells the filter's process that there is something. */
  constructor(readonly memory: SharedMemory, readonly wake: () => void) {}

  /** A batch was sent, and neither taken nor given up. */
  get isBusy(): boolean {
    return this.#count > 0;
  }

  /** Sends as many of `events` as there is room for, from `from` on; how many. 0: the filter does not run, or is busy. */
  send(events: readonly TelemetryEvent[], from = 0): number {
    if (this.isBusy || this.memory.load(Word.STATE) !== State.READY) return 0;
    const { batch } = this.memory;
    const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    const { count, length } = packEvents(events, from, view, BATCH_EVENTS);
    this.#count = count;
    this.#batch = this.#batch % 0x7fffffff + 1;
    this.memory.store(Word.BATCH_COUNT, count);
    this.memory.store(Word.BATCH_LENGTH, length);
    this.memory.store(Word.BATCH, this.#batch);
    this.wake();
    return count;
  }

  /**
   * The answers, one for each event, null where the filter failed or what it said makes no sense; null in all if they are not
   * there yet.
   */
  take(): (Answer | null)[] | null {
    if (!this.isBusy || this.memory.load(Word.BATCH_ANSWERED) !== this.#batch) return null;
    const count = this.#count;
    const length = Math.min(this.memory.load(Word.ANSWERS_LENGTH) >>> 0, BATCH_SIZE);
    // A copy: what is checked must be what is used.
    const bytes = this.memory.answers.slice(0, length);
    this.giveUp();
    return readAnswers(new DataView(bytes.buffer), count);
  }

  /** The answers are not waited for any more. */
  giveUp(): void {
    this.#count = 0;
    this.memory.store(Word.BATCH, 0);
  }
}

/** As many answers as there is sense in; the rest are null. */
function readAnswers(from: DataView, count: number): (Answer | null)[] {
  const answers: (Answer | null)[] = new Array(count).fill(null);
  try {
    for (let i = 0, at = 0; i < count; i++) {
      const { answer, end } = readAnswer(from, at);
      answers[i] = answer;
      at = end;
    }
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
  }
  return answers;
}
