/**
 * The automaton against a matcher that tries everything, on random patterns and paths.
 */

import assert from "node:assert/strict";
import { type Component, type Glob, matchesTokens, parseGlob } from "./glob.ts";
import { PathAutomaton } from "./path_automaton.ts";

/** A generator of numbers below `n` that a seed repeats. */
function below(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

const PARTS = ["a", "b", "ab", "*", "**", "?", "a*", "*b", "*.x", "[ab]", "[!a]", "a?b", "*a*b*"];
const NAMES = ["a", "b", "ab", "aab", "axb", "a.x", ".x", "c"];

function pattern(random: (n: number) => number): string {
  const parts = Array.from({ length: 1 + random(5) }, () => PARTS[random(PARTS.length)]!);
  return (random(3) === 0 ? "/" : "") + parts.join("/") + (random(4) === 0 ? "/" : "");
}

/** True if the components match the names up to some place: what matches covers what is below. */
function matches(glob: Glob, names: readonly string[], isDirectory: boolean): boolean {
  return names.some((_, last) => {
    // What only matches directories matches the last name only as one.
    if (glob.directoryOnly && last === names.length - 1 && !isDirectory) return false;
    return matchesAll(glob.components, names.slice(0, last + 1));
  });
}

function matchesAll(components: readonly Component[], names: readonly string[]): boolean {
  const [component, ...rest] = components;
  if (component === undefined) return names.length === 0;
  if (component.kind === "any-depth") {
    return names.some((_, skipped) => matchesAll(rest, names.slice(skipped))) ||
      matchesAll(rest, []);
  }
  const [name, ...others] = names;
  return name !== undefined && matchesName(component, name) && matchesAll(rest, others);
}

function matchesName(component: Component, name: string): boolean {
  switch (component.kind) {
    case "any-depth":
    case "any":
      return true;
    case "literal":
      return name === component.name;
    case "extension":
      return name.endsWith(component.extension);
    case "tokens":
      return matchesTokens(component.tokens, name);
  }
}

Deno.test("the automaton says what a plain matcher says", () => {
  const seed = Date.now() % 1_000_000;
  const random = below(seed);
  for (let round = 0; round < 300; round++) {
    const patterns = Array.from({ length: 1 + random(30) }, () => pattern(random));
    const globs = patterns.map(parseGlob);
    const { root } = new PathAutomaton(globs);
    for (let path = 0; path < 20; path++) {
      const names = Array.from({ length: 1 + random(6) }, () => NAMES[random(NAMES.length)]!);
      const state = root.walk(names);
      for (const isDirectory of [false, true]) {
        const expected = globs.flatMap((glob, i) => matches(glob, names, isDirectory) ? [i] : []);
        const found = isDirectory ? state.directoryMatches : state.matches;
        const said = `seed ${seed}: ${names.join("/")} ${isDirectory}: ${patterns.join(" ")}`;
        assert.deepEqual(found, expected, said);
      }
    }
  }
});

Deno.test("what means the same to all globs is one state", () => {
  const { root } = new PathAutomaton(["/a/b", "*.key"].map(parseGlob));
  assert.equal(root.walk(["x"]), root.walk(["y", "z"]));
  assert.equal(root.walk(["x", "a.key"]), root.walk(["z.key"]));
  assert.notEqual(root.walk(["a"]), root.walk(["x"]));
});

Deno.test("there are never more states than are kept, and those that are not stay right", () => {
  const globs = Array.from({ length: 14 }, (_, i) => parseGlob(`**/n${i}/x`));
  const { root } = new PathAutomaton(globs);
  const random = below(7);
  for (let i = 0; i < 20_000; i++) {
    const names = Array.from({ length: 8 }, () => `n${random(14)}`);
    const last = Number(names.at(-1)!.slice(1));
    assert.deepEqual(root.walk([...names, "x"]).matches.includes(last), true);
  }
});
