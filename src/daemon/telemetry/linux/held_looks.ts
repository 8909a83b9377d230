/**
 * What fanotify tells of watched directories, held back for a moment where another source may tell of the same open, and knows
 * more of it: that it may have created the file, or cut it off.
 *
 * The kernel tells fanotify of an open before the call returns, and the others when it has. So who looks at fanotify first
 * finds there what the others tell of, or finds it at the next look.
 *
 * @module
 */

import type { TelemetryEvent } from "../../../telemetry/event.ts";

/** How long another source may be late, ms: what is done is in the log half a second later, and others take some of that. */
const HOLD_MS = 150;

interface Held {
  readonly event: TelemetryEvent;
  readonly until: number;
}

export class HeldLooks {
  #held: Held[] = [];
  /** Opens that others told of and that fanotify has not told of yet. */
  #told: TelemetryEvent[] = [];

  get areNone(): boolean {
    return this.#held.length === 0;
  }

  /** All that fanotify told since the last time. `isShared`: another source may tell of it. */
  add(
    events: readonly TelemetryEvent[],
    now: number,
    isShared: (event: TelemetryEvent) => boolean,
  ): void {
    const told = this.#told;
    this.#told = [];
    for (const event of events) {
      const at = event.action === "open" ? told.findIndex((each) => isSameFile(each, event)) : -1;
      if (at >= 0) told.splice(at, 1);
      else this.#held.push({ event, until: isShared(event) ? now + HOLD_MS : now });
    }
  }

  /** Another source tells of an open: fanotify need not. */
  claim(open: TelemetryEvent): void {
    const at = this.#held.findIndex(({ event }) =>
      event.action === "open" && isSameFile(event, open)
    );
    if (at >= 0) this.#held.splice(at, 1);
    else this.#told.push(open);
  }

  /** What is not held back any more, in its order. */
  release(now: number): TelemetryEvent[] {
    const first = this.#held.findIndex(({ until }) => until > now);
    const due = this.#held.splice(0, first < 0 ? Infinity : first);
    return due.map(({ event }) => event);
  }
}

function isSameFile(a: TelemetryEvent, b: TelemetryEvent): boolean {
  return a.path === b.path && a.process?.pid === b.process?.pid;
}
