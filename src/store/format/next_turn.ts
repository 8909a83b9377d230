/**
 * Lets the other things of a thread that does long work have their turn.
 *
 * @module
 */

import { setImmediate } from "node:timers";

/**
 * Resolves after the messages, timers and files that are ready. A timer of 0 ms would wait for 1 to 3 ms: of work in
 * slices of 10 ms that is up to a quarter.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
