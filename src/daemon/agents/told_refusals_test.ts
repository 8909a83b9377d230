import assert from "node:assert/strict";
import type { Denial } from "../../policy/denial.ts";
import { ToldRefusals } from "./told_refusals.ts";

const denial = (number: number, branch = "main") => ({ number, branch }) as Denial;
const numbers = (denials: readonly Denial[]) => denials.map(({ number }) => number);

Deno.test("a session hears once of each refusal on its branch, from when it was first heard of", () => {
  const told = new ToldRefusals();
  const last = [denial(1), denial(2, "other")];
  assert.deepEqual(told.untold("main", "s", last), []);
  assert.deepEqual(told.untold("main", "s", last), []);
  last.push(denial(3), denial(4, "other"), denial(5));
  assert.deepEqual(numbers(told.untold("main", "s", last)), [3, 5]);
  assert.deepEqual(told.untold("main", "s", last), []);
  assert.deepEqual(told.untold("main", "t", last), []);
});

Deno.test("the first refusal of all is told to a session that was heard of before", () => {
  const told = new ToldRefusals();
  assert.deepEqual(told.untold("main", "s", []), []);
  assert.deepEqual(numbers(told.untold("main", "s", [denial(1)])), [1]);
});
