/**
 * Events that wait for one reader. Who reads too slowly holds up nobody: what has no room is lost, and the reader is told how
 * much where it is missing.
 *
 * @module
 */

import type { EventStream } from "../../control/event_stream.ts";

export class EventQueue<E extends object> implements EventStream {
  #waiting: E[] = [];
  #lost = 0;
  #isClosed = false;
  #wake: (() => void) | null = null;

  /**
   * @param most that wait
   * @param lost makes the event that tells of lost ones
   * @param onClose called once
   */
  constructor(
    readonly most: number,
    readonly lost: (count: number) => E,
    readonly onClose: () => void,
  ) {}

  push(event: E): void {
    if (this.#isClosed) return;
    // While some are lost the next are too, so that those that are told have no gap but one.
    if (this.#waiting.length >= this.most || this.#lost > 0) this.#lost++;
    else this.#waiting.push(event);
    this.#wake?.();
  }

  async next(): Promise<E | null> {
    while (true) {
      const event = this.#waiting.shift();
      if (event !== undefined) return event;
      if (this.#lost > 0) {
        const lost = this.lost(this.#lost);
        this.#lost = 0;
        return lost;
      }
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = null;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#lost = 0;
    this.#wake?.();
    this.onClose();
  }
}
