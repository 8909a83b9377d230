/** Sequences of requests as fuse-t's server makes them; `deno task test:macos` plays more of them. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { playSequences, SHAPES } from "./sequences.ts";

const SEQUENCES = 13;
const STEPS = 60;

for (const shape of SHAPES) {
  Deno.test(`${SEQUENCES} sequences: ${shape.name}`, () => {
    const kills = playSequences(shape, SEQUENCES, STEPS, SEED);
    assert.equal(kills > 0, shape.killOneIn > 0);
  });
}
