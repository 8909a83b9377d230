/**
 * Asking a filter for a verdict without waiting for it: the question goes into a slot, the answer is collected when the filter
 * says that there is one, and what is not answered in time is given up.
 *
 * @module
 */

import type { TelemetryEvent } from "../telemetry/event.ts";
import { type Answer, AnswerError, answerOf, Bit } from "./answer.ts";
import { packEvent } from "./packed_event.ts";
import {
  ANSWER_BITS,
  MOST_TICKET,
  type SharedMemory,
  SLOTS,
  State,
  Word,
} from "./shared_layout.ts";

/** How long somebody who waits in a system call waits for a filter, ms. */
export const ANSWER_DEADLINE_MS = 50;

/** The same while the filter starts. */
export const START_DEADLINE_MS = 1_000;

/** Why there is no answer. */
export type NoAnswer = "late" | "failed";

export class AskLane {
  /** By slot: the ticket that is under way there, 0 for none, and until when. */
  readonly #tickets = new Int32Array(SLOTS);
  readonly #deadlines = new Float64Array(SLOTS);
  #last = 0;
  #underWay = 0;

  /** `wake` tells the filter's process that there is something. */
  constructor(readonly memory: SharedMemory, readonly wake: () => void) {}

  /** Asks; the ticket under which the answer comes, or 0 if the filter does not run or has too much to do. */
  ask(event: TelemetryEvent, now: number): number {
    const state = this.memory.load(Word.STATE);
    if (state === State.FAILED) return 0;
    const slot = this.#tickets.indexOf(0);
    if (slot < 0) return 0;
    const bytes = this.memory.slot(slot);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = packEvent(event, view, 4);
    if (end < 0) return 0;
    view.setUint32(0, end - 4, true);
    const ticket = this.#last = this.#last % MOST_TICKET + 1;
    this.#tickets[slot] = ticket;
    this.#deadlines[slot] = now +
      (state === State.READY ? ANSWER_DEADLINE_MS : START_DEADLINE_MS);
    this.#underWay++;
    this.memory.store(Word.ASKED + slot, ticket);
    this.wake();
    return ticket;
  }

  /** When the next question is to be given up; Infinity: nothing is asked. */
  get deadline(): number {
    let first = Infinity;
    if (this.#underWay === 0) return first;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#tickets[slot] !== 0) first = Math.min(first, this.#deadlines[slot]!);
    }
    return first;
  }

  /** Tells of every question that is answered, or whose time is over. */
  collect(now: number, settle: (ticket: number, answer: Answer | NoAnswer) => void): void {
    if (this.#underWay === 0) return;
    for (let slot = 0; slot < SLOTS; slot++) {
      const ticket = this.#tickets[slot]!;
      if (ticket === 0) continue;
      const word = this.memory.load(Word.ANSWERED + slot) >>> 0;
      const isAnswered = word >>> ANSWER_BITS === ticket;
      if (!isAnswered && now < this.#deadlines[slot]!) continue;
      this.#tickets[slot] = 0;
      this.#underWay--;
      this.memory.store(Word.ASKED + slot, 0);
      settle(ticket, isAnswered ? answerIn(word) : "late");
    }
  }
}

function answerIn(word: number): Answer | NoAnswer {
  try {
    return answerOf(word & (2 ** ANSWER_BITS - 1) & ~Bit.NOTES) ?? "failed";
  } catch (error) {
    if (error instanceof AnswerError) return "failed";
    throw error;
  }
}
