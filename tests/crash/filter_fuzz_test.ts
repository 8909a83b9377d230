/** A short run of the fuzzer; `deno run -A tests/crash/filter_fuzz.ts --rounds 1000000` is a long one. */

import assert from "node:assert/strict";
import { randomness, SEED } from "../support/random.ts";
import { fuzzFilters } from "./filter_fuzz.ts";

Deno.test("made-up answers of filters, modules, rings and messages are refused, and all that comes of them", () => {
  const counts = fuzzFilters(3_000, randomness(SEED));
  for (const [what, count] of Object.entries(counts)) {
    assert.ok(count > 20, `too few: ${what} ${count}, seed ${SEED}`);
  }
});
