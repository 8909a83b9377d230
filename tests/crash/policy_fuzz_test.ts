/** A short run of the fuzzer of policies; `deno run -A tests/crash/policy_fuzz.ts` is a long one. */

import assert from "node:assert/strict";
import { SEED } from "../support/random.ts";
import { fuzzPolicies } from "./policy_fuzz.ts";

const POLICIES = 20_000;

Deno.test("a policy is refused with an error that says what to do, or decides about any path", () => {
  const { refused, rules } = fuzzPolicies(POLICIES, SEED);
  assert.ok(rules > POLICIES, `only ${rules} rules were taken`);
  assert.ok(refused.get("policy_rule")! > POLICIES / 20);
  assert.ok(refused.get("policy_syntax")! > POLICIES / 20);
});
