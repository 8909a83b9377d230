/** A few kills of `tests/windows/kill_loop.ts`, which runs as long as it is told. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { testWith } from "../support/test_with.ts";
import { killLoop } from "../windows/kill_loop.ts";

testWith(
  "cc",
  "Windows: what a volume acknowledged is there after kills of its server",
  async () => {
    const { kills, operations } = await killLoop({ kills: 4, seed: SEED });
    assert.equal(kills, 4);
    assert.ok(operations > 0);
  },
);
