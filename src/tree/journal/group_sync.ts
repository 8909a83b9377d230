/**
 * Making a journal durable for several who ask, without waiting for the disk.
 *
 * One flush is under way at a time. Who asks meanwhile waits for the one after it, together with all others who do:
 * what they wrote may have come too late for the first.
 *
 * @module
 */

import type { Journal, SegmentEnd } from "./journal.ts";
import { Status } from "../status.ts";

/**
 * Begins fdatasync(2) of a descriptor, which may be closed meanwhile, and calls `ended` later with 0 or a failure.
 * False if it cannot be begun now.
 */
export type Flush = (fd: number, ended: (result: number) => void) => boolean;

type Done = (status: Status) => void;

export class GroupSync {
  /** Who waits for the flush under way, and where that is to end. */
  #served: readonly Done[] = [];
  #end: SegmentEnd | null = null;
  /** Who waits for the next one. */
  #waiting: Done[] = [];

  constructor(readonly journal: Journal, readonly flush: Flush) {}

  /** Calls `done`, now or later, once everything appended so far is durable, or cannot be. */
  sync(done: Done): void {
    this.#waiting.push(done);
    if (this.#end === null) this.#begin();
  }

  #begin(): void {
    this.#served = this.#waiting;
    this.#waiting = [];
    this.#end = this.journal.end;
    this.#next();
  }

  #next(): void {
    const next = this.journal.nextSync(this.#end!);
    if (next === null || typeof next === "number") return this.#done(next ?? Status.Ok);
    const isBegun = this.flush(next.fd, (result) => {
      const status = this.journal.synced(next, result);
      if (status === Status.Ok) this.#next();
      else this.#done(status);
    });
    // Nothing is under way that could be told of what this one finds.
    if (!isBegun) this.#done(this.journal.sync());
  }

  #done(status: Status): void {
    const served = this.#served;
    this.#served = [];
    this.#end = null;
    for (const done of served) done(status);
    if (this.#end === null && this.#waiting.length > 0) this.#begin();
  }
}
