/**
 * The benchmark: `deno task bench`. Everything is done on a plain directory and in a mount, in the same run, one
 * after the other, several times.
 *
 * @module
 */

import { Bed } from "./bed.ts";
import type { Group, Run } from "./benchmark.ts";
import { APPLY } from "./groups/apply.ts";
import { AGENTS } from "./groups/agents.ts";
import { CALLS } from "./groups/calls.ts";
import { BRANCHES } from "./groups/branches.ts";
import { EXPORT } from "./groups/export.ts";
import { OWN } from "./groups/own.ts";
import { POLICY } from "./groups/policy.ts";
import { TELEMETRY } from "./groups/telemetry.ts";
import { ROUND_TRIPS } from "./groups/round_trips.ts";
import { TOOLS } from "./groups/tools.ts";
import { VIEWS } from "./groups/views.ts";
import { machine } from "./machine.ts";
import { type Options, parseOptions, USAGE } from "./options.ts";
import { header, line, type Result } from "./results.ts";

// deno-lint-ignore no-explicit-any
const GROUPS: readonly Group<any>[] = [
  CALLS,
  ROUND_TRIPS,
  TOOLS,
  OWN,
  BRANCHES,
  APPLY,
  EXPORT,
  AGENTS,
  VIEWS,
  POLICY,
  TELEMETRY,
];

function print(text: string): void {
  console.log(text);
}

/** Runs the wanted cases of a group. A case that fails is reported and does not stop the others. */
async function runGroup<Context>(
  group: Group<Context>,
  run: Run,
  only: RegExp | undefined,
): Promise<Result[]> {
  const all = only === undefined || only.test(group.title);
  const cases = group.cases.filter(({ name }) => all || only.test(name));
  if (cases.length === 0) return [];
  print(`\n${header(group.title)}`);
  const context = await group.setUp(run);
  const results: Result[] = [];
  for (const { name, run: runCase } of cases) {
    let result: Result;
    try {
      result = await runCase(context, run);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      result = { kind: "skipped", name, why };
    }
    print(line(result));
    results.push(result);
  }
  return results;
}

async function benchmark(options: Options): Promise<void> {
  const bed = Bed.make(options.directory);
  const begun = performance.now();
  const results: Result[] = [];
  const about = await machine(bed.folder);
  try {
    print(about);
    const run: Run = { bed, quick: options.quick };
    for (const group of GROUPS) results.push(...await runGroup(group, run, options.only));
  } finally {
    await bed.end();
  }
  const seconds = Math.round((performance.now() - begun) / 1000);
  print(`\n${seconds} s`);
  if (options.json !== undefined) {
    const report = { machine: about, quick: options.quick, seconds, results };
    await Deno.writeTextFile(options.json, JSON.stringify(report, null, 2) + "\n");
  }
}

const options = parseOptions(Deno.args);
if (options === "help") print(USAGE);
else await benchmark(options);
