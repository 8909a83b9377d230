/**
 * How long the thread that answers goes on looking for requests before it sleeps.
 *
 * Waking a thread on a CPU that sleeps takes longer than answering: in a virtual machine some 40 us. A program that asks
 * for one thing after the other asks again within that time, so looking once more, and again for a moment, finds its next
 * question without a wake-up. When that was of no use the moment is made shorter, down to nothing, so that a program that
 * asks now and then costs no CPU time; a question that came soon after the thread fell asleep makes it long again.
 *
 * Not for a thread that stays on the CPU of the program it answers (follow_caller.ts): there it would only take time
 * from that program.
 *
 * @module
 */

/** The longest moment, ms: what a program does between two questions and being woken up for it take less. */
const LONGEST_MS = 0.1;
/** A question that came so soon, ms, would come within the longest moment if nobody had to be woken up. */
const SOON_MS = 0.25;
/** Shorter ones are none. */
const SHORTEST_MS = 0.01;

export class Linger {
  #moment = LONGEST_MS;
  /** When there was nothing to answer any more; -1 while there is. */
  #since = -1;

  /** There is nothing to answer at `now` (`performance.now()`). True: look again; false: sleep. */
  nothing(now: number): boolean {
    if (this.#since < 0) this.#since = now;
    return now - this.#since < this.#moment;
  }

  get isWaiting(): boolean {
    return this.#since >= 0;
  }

  /** A request came, while the thread was looking or asleep. */
  came(now: number): void {
    const waited = now - this.#since;
    this.#since = -1;
    if (waited < SOON_MS) this.#moment = LONGEST_MS;
    else this.#moment = this.#moment < SHORTEST_MS ? 0 : this.#moment / 2;
  }
}
