/**
 * The life of a filter's process: it waits until something is asked, answers it, and waits again.
 *
 * @module
 */

import { Bit } from "./answer.ts";
import { allFailed } from "./answer_writer.ts";
import type { Filter } from "./filter.ts";
import {
  ANSWER_BITS,
  BATCH_SIZE,
  MOST_SHARED_TEXT,
  type SharedMemory,
  SLOTS,
  Word,
} from "./shared_layout.ts";

export interface FilterPost {
  /** Returns when something may be asked; false: it is over. */
  wait(): boolean;
  /** Somebody who waits in a system call is answered. */
  answered(): void;
  /** A batch is. */
  batchAnswered(): void;
}

export function serveFilter(memory: SharedMemory, filter: Filter, post: FilterPost): void {
  const wait = (): boolean => {
    memory.store(Word.TURNS, memory.load(Word.TURNS) + 1 | 0);
    memory.store(Word.IDLE, 1);
    const goesOn = post.wait();
    memory.store(Word.IDLE, 0);
    return goesOn;
  };
  while (wait()) {
    if (answerAsked(memory, filter)) post.answered();
    if (answerBatch(memory, filter)) {
      post.batchAnswered();
      if (answerAsked(memory, filter)) post.answered();
    }
  }
}

/** Oldest first. Whether anything was asked. */
function answerAsked(memory: SharedMemory, filter: Filter): boolean {
  const open: { slot: number; ticket: number }[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    const ticket = memory.load(Word.ASKED + slot);
    if (ticket !== 0 && memory.load(Word.ANSWERED + slot) >>> ANSWER_BITS !== ticket) {
      open.push({ slot, ticket });
    }
  }
  open.sort((a, b) => a.ticket - b.ticket);
  for (const { slot, ticket } of open) {
    const bytes = memory.slot(slot);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const answer = filter.judge(bytes.subarray(0, 4 + length), 1);
    const word = new DataView(answer.buffer, answer.byteOffset).getUint32(0, true);
    noteFailure(memory, filter, word);
    memory.store(Word.ANSWERED + slot, ticket << ANSWER_BITS | word & (2 ** ANSWER_BITS - 1));
  }
  return open.length > 0;
}

function answerBatch(memory: SharedMemory, filter: Filter): boolean {
  const batch = memory.load(Word.BATCH);
  if (batch === 0 || memory.load(Word.BATCH_ANSWERED) === batch) return false;
  const count = memory.load(Word.BATCH_COUNT);
  const events = memory.batch.subarray(0, memory.load(Word.BATCH_LENGTH));
  let answers = filter.judge(events, count);
  if (answers.length > BATCH_SIZE) answers = allFailed(count);
  memory.answers.set(answers);
  noteFailures(memory, filter, answers, count);
  memory.store(Word.ANSWERS_LENGTH, answers.length);
  memory.store(Word.BATCH_ANSWERED, batch);
  return true;
}

function noteFailures(
  memory: SharedMemory,
  filter: Filter,
  answers: Uint8Array<ArrayBuffer>,
  count: number,
): void {
  const view = new DataView(answers.buffer, answers.byteOffset, answers.byteLength);
  for (let i = 0, at = 0; i < count; i++) {
    const word = view.getUint32(at, true);
    noteFailure(memory, filter, word);
    at += (word & Bit.NOTES) === 0 ? 4 : 6 + view.getUint16(at + 4, true);
  }
}

function noteFailure(memory: SharedMemory, filter: Filter, word: number): void {
  if ((word & Bit.FAILED) === 0) return;
  memory.text = (filter.failure ?? "it failed").slice(0, MOST_SHARED_TEXT);
  memory.store(Word.FAILURES, memory.load(Word.FAILURES) + 1);
}
