/**
 * How the cost of synchronous code grows with the number of things there are.
 *
 * @module
 */

import assert from "node:assert/strict";
import process from "node:process";

/** Three doublings: what grows with n takes 8 times as long, what grows with its square 64 times. */
const TIMES = 8;
const MOST = 26;
const ROUNDS = 3;
/** Shorter times are mostly those of compiling. */
const SHORTEST_MS = 0.5;

/**
 * Fails if `8 n` things take as much longer than `n` as a square would.
 *
 * @param prepare makes so many things, and returns what is to be timed
 */
export function assertNoSquare(what: string, n: number, prepare: (n: number) => () => void): void {
  quickest(n, prepare);
  let ratio = Infinity;
  for (let round = 0; round < ROUNDS && ratio > MOST; round++) {
    const few = Math.max(SHORTEST_MS, quickest(n, prepare));
    ratio = Math.min(ratio, quickest(TIMES * n, prepare) / few);
  }
  const found = `${what}: ${TIMES * n} take ${ratio.toFixed(1)} times as long as ${n}`;
  console.log(found);
  assert.ok(ratio <= MOST, found);
}

/** CPU time of the better of two runs, ms: what other processes take of the machine does not count. */
function quickest(n: number, prepare: (n: number) => () => void): number {
  const times = [0, 1].map(() => {
    const run = prepare(n);
    const started = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
