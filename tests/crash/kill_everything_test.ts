/** Less than a minute of the kill loop that kills keeper and server; tests/crash/kill_loop.ts runs as long as it is told. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { killLoop } from "./kill_loop.ts";

Deno.test("what was answered is there after everything was killed", async () => {
  const summary = await killLoop({ cycles: 30, seed: SEED, what: "everything" });
  assert.ok(summary.operations > 0);
});
