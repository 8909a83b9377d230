/**
 * Policies that nobody would write: each is refused with a typed error that says what to do, or compiles to rules that decide
 * about any path.
 *
 * ```sh
 * deno run -A tests/crash/policy_fuzz.ts --policies 1000000
 * ```
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { BUILT_IN_SETS } from "../../src/policy/built_in_sets.ts";
import { checkPolicy } from "../../src/policy/check_policy.ts";
import { OPERATION_NAMES } from "../../src/policy/operation.ts";
import { mountRules, outsideRules, outsideTable } from "../../src/policy/outside_table.ts";
import { RULES } from "../../src/telemetry/linux/preload_layout.ts";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { Policy, UNKNOWN_CALLER } from "../../src/policy/policy.ts";
import { PolicyError } from "../../src/policy/policy_error.ts";
import type { Rule } from "../../src/policy/rule.ts";
import { type Random, randomness, SEED } from "../support/random.ts";

export interface PolicyFuzzReport {
  /** How many were refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  /** How many rules those had that were not. */
  readonly rules: number;
}

/** Some are checked as people have them checked: it takes longer. */
const CHECK_EVERY = 16;

const KEYS = [
  "name",
  "comment",
  "path_pattern",
  "soft_watch",
  "watch",
  "allow",
  "deny",
  "ask",
  "ops",
  "otherwise",
  "branch",
  "program",
  "uid",
  "session",
  "outside",
];
const PIECES = [
  ...'/*?[]!^-\\.ab\0é😀\n" ',
  "**",
  "**/",
  "[a-z]",
  "[!a",
  "[[:alpha:]]",
  "[[:constructor:]]",
  "\\*",
  "..",
  "src",
  "*.key",
  "a".repeat(300),
  "x/".repeat(30),
];
const WORDS = [
  ...Object.keys(OPERATION_NAMES),
  "all",
  "readwrite",
  "wirte",
  "deny",
  "allow",
  ",",
  "constructor",
  "__proto__",
];

export function fuzzPolicies(policies: number, seed: number): PolicyFuzzReport {
  const random = randomness(seed);
  const refused = new Map<string, number>();
  let rules = 0;
  for (let i = 0; i < policies; i++) {
    const text = makePolicy(random);
    try {
      const parsed = parsePolicy(text);
      rules += parsed.length;
      decide(parsed, random);
      if (i % CHECK_EVERY === 0) checkPolicy(parsed);
    } catch (error) {
      assert.ok(error instanceof PolicyError, `seed ${seed}, ${text}: ${error}`);
      assert.ok(error.message !== "" && error.hint !== "", text);
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
  }
  return { refused, rules };
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)]!;
}

function decide(all: readonly Rule[], random: Random): void {
  const table = outsideTable(outsideRules(all), [], RULES.TABLE);
  assert.equal(table.length % 4, 0);
  const rules = mountRules(all);
  const policy = new Policy(rules, 1);
  const names = Array.from({ length: 1 + random(6) }, () => pick(random, PIECES));
  const state = policy.automaton.root.walk(names);
  for (const isDirectory of [false, true]) {
    const { denied, allowed, watched } = policy.decide(state, isDirectory, "b", UNKNOWN_CALLER);
    assert.equal(denied & allowed, 0);
    assert.equal((denied | allowed) & watched, 0);
    const rule = policy.ruleFor(state, isDirectory, "b", UNKNOWN_CALLER, denied);
    assert.equal(rule === null, denied === 0);
  }
}

function makePolicy(random: Random): string {
  const rules = Array.from({ length: random(4) }, () => makeRule(random));
  const text = random(3) === 0
    ? JSON.stringify({ rules: Object.values(BUILT_IN_SETS)[random(3)]!.rules })
    : JSON.stringify(random(8) === 0 ? rules : { rules }, null, random(2));
  return random(3) === 0 ? damage(text, random) : text;
}

/** Most have what a rule needs, and something besides. */
function makeRule(random: Random): unknown {
  if (random(50) === 0) return anything(random);
  const rule: Record<string, unknown> = { path_pattern: pattern(random) };
  rule[pick(random, ["deny", "allow", "soft_watch", "ask"])] = words(random);
  if (random(8) === 0) rule.outside = true;
  for (let i = random(3); i > 0; i--) {
    rule[pick(random, KEYS)] = random(2) === 0 ? anything(random) : words(random);
  }
  return rule;
}

function pattern(random: Random): string {
  return Array.from({ length: 1 + random(6) }, () => pick(random, PIECES)).join("");
}

function words(random: Random): string {
  return Array.from({ length: 1 + random(3) }, () => pick(random, WORDS)).join(",");
}

function anything(random: Random): unknown {
  const some = [null, true, -1, 1.5, 2 ** 40, "", "\0", "x", [], {}, [[]], ["a", "b"], [1, 2]];
  return random(3) === 0 ? pattern(random) : pick<unknown>(random, some);
}

/** Characters are taken out, doubled, or become others. */
function damage(text: string, random: Random): string {
  let damaged = text;
  for (let i = 1 + random(4); i > 0; i--) {
    const at = random(damaged.length + 1);
    const put = pick(random, [
      "",
      "{",
      "}",
      "[",
      "]",
      '"',
      ",",
      ":",
      "\\",
      "\0",
      "1e999",
      "\ud800",
    ]);
    damaged = damaged.slice(0, at) + put + damaged.slice(at + random(3));
  }
  return damaged;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      policies: { type: "string", default: "1000000" },
      seed: { type: "string", default: String(SEED) },
    },
  });
  const began = performance.now();
  const { refused, rules } = fuzzPolicies(Number(values.policies), Number(values.seed));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${values.policies} policies, seed ${values.seed}: ${rules} rules, ${seconds} s`);
  for (const [code, count] of refused) console.log(`  ${code} ${count}`);
}
