/** A few thousand malformed control messages; `tests/crash/control_fuzz.ts` sends as many as it is told. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { fuzzControl } from "./control_fuzz.ts";

const MESSAGES = 20_000;
const GROWTH_MIB = 100;

Deno.test("malformed control messages get typed answers, and the server goes on", async () => {
  const { answers, endings, memory } = await fuzzControl(MESSAGES, SEED);
  const count = [...answers.values()].reduce((a, b) => a + b);
  assert.equal(count, MESSAGES);
  for (const code of ["ok", "bad_request", "bad_params", "bad_version", "bad_encoding"]) {
    assert.ok((answers.get(code) ?? 0) > 0, `no answer was ${code}`);
  }
  assert.ok(endings > 0);
  assert.ok(memory.at(-1)! < memory[0]! + GROWTH_MIB, `memory grew: ${memory} MiB`);
});
