/**
 * A million each of what nobody would write, send or answer: policies; records of the kernel's programs, of fanotify, seccomp and
 * ptrace, what is handed in, types of a kernel; filters' answers and modules; the ring and the wire of LD_PRELOAD.
 *
 *     deno task fuzz [--count 1000000] [--seed N]
 *
 * It ends at the first that is neither taken nor refused with a typed error, and says which seed repeats it.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { randomness, SEED } from "../support/random.ts";
import { fuzzFilters } from "./filter_fuzz.ts";
import { fuzzPolicies } from "./policy_fuzz.ts";
import { fuzzTelemetry, KINDS } from "./telemetry_fuzz.ts";

const { values } = parseArgs({
  options: { count: { type: "string", default: "1000000" }, seed: { type: "string" } },
});
const [count, seed] = [Number(values.count), Number(values.seed ?? SEED)];
console.log(`${count} each, seed ${seed}`);

function timed<T>(what: string, run: () => T): T {
  const begun = performance.now();
  const result = run();
  const memory = Math.round(Deno.memoryUsage().rss / 1024 / 1024);
  console.log(`${what}: ${Math.round((performance.now() - begun) / 1000)} s, ${memory} MiB`);
  return result;
}

for (
  const [kind, { inputs, taken }] of timed("Telemetry", () => fuzzTelemetry(count * KINDS, seed))
) {
  console.log(`  ${kind}: ${taken} of ${inputs} were something`);
}
for (
  const [what, number] of Object.entries(
    timed("Filters and LD_PRELOAD", () => fuzzFilters(count, randomness(seed))),
  )
) {
  console.log(`  ${what}: ${number}`);
}
const { refused, rules } = timed("Policies", () => fuzzPolicies(count, seed));
console.log(`  rules that decided: ${rules}`);
for (const [code, number] of refused) console.log(`  ${code}: ${number}`);
