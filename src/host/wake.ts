/**
 * Waking a thread that waits for the kernel and never returns to its event loop.
 *
 * A wake is a descriptor that can be waited for with others; it is shared between threads by its number.
 *
 * @module
 */

import * as linux from "./linux/wake.ts";
import * as macos from "./macos/wake.ts";
import * as windows from "./windows/wake.ts";
import { pick } from "./pick.ts";

export interface PollSet {
  /** Waits for one of the first `count` until it can be read from, at most so many ms, or with -1 for ever. */
  wait(count: number, timeout: number): number;
  /** What there is of the descriptor at `index`, if the last wait was for it. */
  events(index: number): number;
}

export const { createWake, POLLIN, PollSet, rest, wake } = pick<{
  /** A new wake; negative if there is none to be had. */
  createWake(): number;
  POLLIN: number;
  PollSet: new (fds: readonly number[]) => PollSet;
  /** The wake is not readable any more. */
  rest(fd: number): void;
  /** Makes the wake readable. */
  wake(fd: number): void;
}>(linux, { macos, windows });
