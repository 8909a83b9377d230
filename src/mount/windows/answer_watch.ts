/**
 * Bringing back the thread that waits in the driver when a filter has answered somebody whom it put aside, or has had its time:
 * another thread waits for that, and knocks.
 *
 * @module
 */

import { ANSWERED_CODE } from "../../../ffi/windows/winfsp/protocol.ts";
import { Knock } from "../../../ffi/windows/winfsp/knock.ts";
import { POLLIN, PollSet, rest, wake } from "../../host/wake.ts";

/** What both threads have. */
export interface AnswerWatchShare {
  /** How long who waits may still wait, ms. */
  readonly memory: SharedArrayBuffer;
  /** Woken when that is another time than before. */
  readonly armed: number;
}

export interface AnswerWatchStart extends AnswerWatchShare {
  /** Rung when a filter has answered. */
  readonly asked: number;
  /** The volume's name. */
  readonly volume: string;
}

/** The other thread, as the process's main one has it. */
export interface AnswerWatch {
  /** For the thread that waits in the driver. */
  readonly share: AnswerWatchShare;
  /** To be called when there is a filter, and at any time later. */
  begin(): void;
}

export function answerWatchMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** For the thread that goes to wait in the driver while somebody waits for a filter, so many ms at most. */
export function armer({ memory, armed }: AnswerWatchShare): (patience: number) => void {
  const words = new Int32Array(memory);
  return (patience) => {
    Atomics.store(words, 0, Math.ceil(patience));
    wake(armed);
  };
}

/** Resolves when nobody hears a knock any more. `open`: what knocks at a volume, opened when that is needed. */
export async function knockWhenAnswered(
  { memory, armed, asked, volume }: AnswerWatchStart,
  open: (volume: { name: string }) => Promise<Pick<Knock, "knock">> = Knock.open,
): Promise<void> {
  const words = new Int32Array(memory);
  const waits = new PollSet([asked, armed]);
  const has = (index: number) => (waits.events(index) & POLLIN) !== 0;
  let knock: Pick<Knock, "knock"> | null = null;
  let deadline = Infinity;
  for (;;) {
    const patience = Math.max(0, deadline - performance.now());
    const isLate = waits.wait(2, patience === Infinity ? -1 : Math.ceil(patience)) === 0;
    const isAnswered = !isLate && has(0);
    if (!isLate && has(1)) {
      rest(armed);
      deadline = performance.now() + Atomics.load(words, 0);
    }
    if (!isLate && !isAnswered) continue;
    rest(asked);
    // Whoever still waits then says so anew.
    deadline = Infinity;
    knock ??= await open({ name: volume });
    if (!await knock.knock(ANSWERED_CODE)) return;
  }
}
