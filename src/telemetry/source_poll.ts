/**
 * Waits for sources, in a thread that does nothing else.
 *
 * @module
 */

import { POLLIN, PollSet } from "../host/wake.ts";
import type { Source } from "./source.ts";

export class SourcePoll {
  #sources: readonly Source[] = [];
  #waits: PollSet;

  /** `wake` is waited for, too. */
  constructor(readonly wake: number) {
    this.#waits = new PollSet([wake]);
  }

  set sources(sources: readonly Source[]) {
    this.#sources = sources;
    this.#waits = new PollSet([this.wake, ...sources.map(({ fd }) => fd ?? -1)]);
  }

  /** Waits at most so many ms, or with -1 for ever. True if it was woken. */
  wait(ms: number): boolean {
    const ready = this.#waits.wait(this.#sources.length + 1, ms);
    return ready > 0 && (this.#waits.events(0) & POLLIN) !== 0;
  }
}
