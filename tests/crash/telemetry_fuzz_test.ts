/** A short run of the decoders' fuzzer; `tests/crash/telemetry_fuzz.ts --inputs 1000000` is a long one. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { fuzzTelemetry } from "./telemetry_fuzz.ts";

const INPUTS = 30_000;

Deno.test("bytes that no kernel would send are nothing, or an event that a log can have", () => {
  for (const [kind, { inputs, taken }] of fuzzTelemetry(INPUTS, SEED)) {
    assert.ok(taken > inputs / 20, `too few of ${kind} were something: ${taken} of ${inputs}`);
    assert.ok(taken < inputs, `all of ${kind} were something`);
  }
});
