/**
 * Sequences of requests as fuse-t's server makes them, each compared with a model of what there must be.
 *
 * @module
 */

import { randomness } from "../support/random.ts";
import { Fixture } from "../tree/fixture.ts";
import { KILLED, Player, type Shape } from "./player.ts";

const EVERYTHING: Shape["steps"] = {
  ...{ make: 6, mkdir: 3, symlink: 1, write: 4, resize: 2, mode: 1, rename: 4, swap: 1, link: 2 },
  ...{ unlink: 3, rmdir: 1, open: 2, close: 3, nameless: 2, list: 2, xattr: 1, check: 2 },
};
const WHOLE = 2 ** 22;

export const SHAPES: readonly Shape[] = [
  { name: "everything, whole messages", steps: EVERYTHING, cut: WHOLE, killOneIn: 0 },
  { name: "everything, cut anywhere", steps: EVERYTHING, cut: 60, killOneIn: 0 },
  { name: "everything, in crumbs", steps: EVERYTHING, cut: 7, killOneIn: 0 },
  { name: "everything, killed", steps: EVERYTHING, cut: WHOLE, killOneIn: 12 },
  { name: "everything, cut and killed", steps: EVERYTHING, cut: 200, killOneIn: 40 },
  { name: "killed all the time", steps: EVERYTHING, cut: WHOLE, killOneIn: 4 },
  {
    name: "writes in any order",
    steps: { make: 1, write: 6, resize: 2, check: 3 },
    cut: 4000,
    killOneIn: 0,
  },
  {
    name: "writes, killed",
    steps: { make: 1, write: 6, resize: 2, check: 3 },
    cut: 4000,
    killOneIn: 25,
  },
  {
    name: "names",
    steps: { make: 3, mkdir: 4, rename: 8, swap: 3, link: 3, unlink: 3, rmdir: 2, list: 3 },
    cut: WHOLE,
    killOneIn: 0,
  },
  {
    name: "names, killed",
    steps: { make: 3, mkdir: 4, rename: 8, swap: 3, link: 3, unlink: 3, rmdir: 2, list: 3 },
    cut: WHOLE,
    killOneIn: 10,
  },
  { name: "listings", steps: { make: 5, mkdir: 2, unlink: 1, list: 8 }, cut: 500, killOneIn: 30 },
  {
    name: "open and removed",
    steps: { make: 5, open: 6, unlink: 5, close: 2, nameless: 5, write: 3, check: 2 },
    cut: WHOLE,
    killOneIn: 0,
  },
  {
    name: "open and removed, killed",
    steps: { make: 5, open: 6, unlink: 5, close: 4, nameless: 5, write: 3, check: 2 },
    cut: WHOLE,
    killOneIn: 10,
  },
];

/** Plays `count` sequences of so many steps. Returns how often a server was killed. */
export function playSequences(shape: Shape, count: number, steps: number, first: number): number {
  let kills = 0;
  const { error: tell } = console;
  console.error = (text: string) => text.includes(KILLED) || tell(text);
  try {
    for (let seed = first; seed < first + count; seed++) kills += play(shape, steps, seed);
  } finally {
    console.error = tell;
  }
  return kills;
}

function play(shape: Shape, steps: number, seed: number): number {
  const fixture = new Fixture();
  try {
    const player = new Player(fixture, shape, randomness(seed));
    for (let step = 0; step < steps; step++) player.step();
    player.finish();
    return player.kills;
  } catch (error) {
    throw new Error(`Seed ${seed}`, { cause: error });
  } finally {
    fixture.close();
  }
}
