/**
 * What a hundred rules and a filter cost: the decision by itself, and what a program notices.
 *
 * @module
 */

import { BUILT_IN_SETS } from "../../../src/policy/built_in_sets.ts";
import { parsePolicy } from "../../../src/policy/parse_policy.ts";
import { ANY_CALLER, Policy, refuses } from "../../../src/policy/policy.ts";
import { Operation } from "../../../src/policy/operation.ts";
import { type Case, figure, type Group } from "../benchmark.ts";
import { mountTree, type Tree } from "../mount_tree.ts";

const SMALL = 1_000;
const RULES = 100;
const PATHS = 1_000;
const ROUNDS = 40;
/** Files that are made in each round. */
const FILES = 500;
/** A decision may cost so much about a path of five names, and where the directory was asked about before. */
const COLD_US = 1.5;
const WARM_US = 0.5;

/** The built-in sets, and rules of every kind of pattern. */
function manyRules(): string {
  const rules = Object.values(BUILT_IN_SETS).flatMap(({ rules }) => [...rules]);
  const patterns = [
    (i: number) => `infra/env${i}/**`,
    (i: number) => `**/generated${i}/*.lock`,
    (i: number) => `*.kind${i}`,
    (i: number) => `*old${i}*copy`,
  ];
  for (let i = rules.length; i < RULES; i++) {
    rules.push({ path_pattern: patterns[i % patterns.length]!(i), deny: "write" });
  }
  return JSON.stringify({ rules });
}

/** A hundred rules about other paths. */
export const TEXT = manyRules();

const PLACES = Array.from({ length: PATHS }, (_, i) => ({
  directory: ["src", `module${i % 10}`, `part${i % 100}`, `deep${i}`],
  name: `file${i}.ts`,
}));

/** Microseconds of a decision, in each round. */
function decisions(isWarm: boolean): number[] {
  const policy = new Policy(parsePolicy(TEXT), 1);
  const { root } = policy.automaton;
  const states = PLACES.map(({ directory }) => root.walk(directory));
  const values: number[] = [];
  for (let round = -5; round < ROUNDS; round++) {
    const begun = performance.now();
    let refused = 0;
    PLACES.forEach(({ directory, name }, i) => {
      const state = (isWarm ? states[i]! : root.walk(directory)).step(name);
      if (refuses(policy.decide(state, false, "main", ANY_CALLER), Operation.WRITE)) refused++;
    });
    if (refused > 0) throw new Error("What no rule is about was refused");
    if (round >= 0) values.push((performance.now() - begun) * 1000 / PATHS);
  }
  return values;
}

let rounds = 0;

export const FILTER = new TextEncoder().encode(
  `function on_event(ev) if ev.path:find("%.env$") then return "deny" end end`,
);
const ASKING = JSON.stringify({
  rules: [{ path_pattern: "**", ask: "bench", ops: "create", otherwise: "allow" }],
});

/** Milliseconds in which files are made and written, with these rules installed; "": with none. `filtered`: with a filter. */
function making(name: string, text: string, filtered = false): Case<Tree> {
  return figure<Tree>(name, "ms", {}, async ({ project }, { bed }) => {
    const { filters } = await project.client.listFilters({});
    if (filtered && filters.length === 0) {
      const content = FILTER.toBase64();
      await project.client.addFilter({ name: "bench", kind: "lua", content });
    }
    if (!filtered && filters.length > 0) await project.client.removeFilter({ name: "bench" });
    if (text === "") await project.client.removePolicy({});
    else await project.client.installPolicy({ text, from: ["the benchmark"] });
    const values: number[] = [];
    for (let round = -1; round < ROUNDS / 4; round++) {
      const begun = performance.now();
      const input = { measure: "makeFiles", directory: project.mount, count: FILES } as const;
      await bed.worker.measure({ ...input, round: ++rounds });
      if (round >= 0) values.push(performance.now() - begun);
    }
    return values;
  });
}

export const POLICY: Group<Tree> = {
  title: "rules",
  setUp: async (run) => await mountTree(run, "policy", SMALL),
  cases: [
    figure<Tree>(
      "decision, 100 rules, new directory",
      "us",
      { atMost: COLD_US },
      () => Promise.resolve(decisions(false)),
    ),
    figure<Tree>(
      "decision, 100 rules, directory seen",
      "us",
      { atMost: WARM_US },
      () => Promise.resolve(decisions(true)),
    ),
    making("make 500 files, no rules", ""),
    making("make 500 files, 100 rules", TEXT),
    making("make 500 files, a filter for the log", "", true),
    making("make 500 files, each asked of a filter", ASKING, true),
    making("make 500 files, no rules again", ""),
  ],
};
