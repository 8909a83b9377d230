/**
 * Two minutes of the kill loop on two cores; `deno run -A tests/crash/kill_loop.ts --cycles 3000` runs as long as it
 * is told. The loop that kills everything is a file of its own, so that both run at once.
 */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { killLoop } from "./kill_loop.ts";

Deno.test("programs do not notice that the server is killed, and nothing is lost", async () => {
  const summary = await killLoop({ cycles: 60, seed: SEED, what: "server" });
  assert.ok(summary.operations > 0);
});
