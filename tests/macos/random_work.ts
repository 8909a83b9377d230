/**
 * Random operations in a mount that the code for macOS serves and in a directory beside it: each must answer the same, and
 * leave the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Random } from "../support/random.ts";
import { answer, LEAVES, operation, state } from "../support/systems/random_operations.ts";

const PATHS = { directories: ["", "a", "b", "a/c"], leaves: LEAVES };
const PER_ROUND = 25;

/** Rounds of operations. Throws where something differs, with what was done. */
export async function randomWork(
  mount: string,
  disk: string,
  random: Random,
  rounds: number,
): Promise<void> {
  const done: string[] = [];
  const told = () => done.slice(-40).join("\n");
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < PER_ROUND; i++) {
      const { text, run } = operation(random, PATHS);
      done.push(text);
      assert.equal(answer(run, mount), answer(run, disk), told());
    }
    assert.equal(await state(mount), await state(disk), told());
  }
}
