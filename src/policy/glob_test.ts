import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { GlobError, parseGlob } from "./glob.ts";
import { PathAutomaton } from "./path_automaton.ts";

/** Paths that end in a slash are directories. */
const CASES: readonly [string, string, boolean][] = [
  ["src/**", "src/a", true],
  ["src/**", "src/a/b", true],
  ["src/**", "src/", false],
  ["src/**", "lib/src/a", false],
  ["**/src/**", "lib/src/a", true],
  ["*.key", "a.key", true],
  ["*.key", "d/e/.key", true],
  ["*.key", "a.key.txt", false],
  ["*.key", "d.key/inner", true],
  ["*.tar.gz", "x/a.tar.gz", true],
  ["/a", "a", true],
  ["/a", "d/a", false],
  ["a/b", "a/b", true],
  ["a/b", "c/a/b", false],
  ["dist/", "dist", false],
  ["dist/", "dist/", true],
  ["dist/", "dist/x", true],
  ["dist/", "a/dist/x/y", true],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a/**/b", "a/x/y/c", false],
  ["a/**/b", "a/b/c", true],
  ["**", "x", true],
  ["**", "x/y", true],
  ["*", "x/y", true],
  ["/*", "x/y", true],
  ["src/*", "src/a/b", true],
  ["?", "é", true],
  ["?", "éé", false],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["[!a-c]x", "éx", true],
  ["[]-]x", "]x", true],
  ["[[:digit:]]*", "7up", true],
  ["\\!important", "!important", true],
  ["\\*", "*", true],
  ["\\*", "a", false],
  ["a*b*c", "aXXbYYc", true],
  ["a*b*c", "aXXbYY", false],
  [".env*", ".env.local", true],
  [".env*", "a/.environment", true],
  ["é/*", "é/x", true],
];

for (const [pattern, path, expected] of CASES) {
  Deno.test(`${pattern} ${expected ? "matches" : "does not match"} ${path}`, () => {
    const { root } = new PathAutomaton([parseGlob(pattern)]);
    const isDirectory = path.endsWith("/");
    const names = binaryString(isDirectory ? path.slice(0, -1) : path).split("/");
    const state = root.walk(names);
    const matches = isDirectory ? state.directoryMatches : state.matches;
    assert.equal(matches.length === 1, expected);
  });
}

Deno.test("what is no pattern says why", () => {
  const wrong: readonly [string, RegExp][] = [
    ["!a", /allow/],
    ["a//b", /\/\//],
    ["/", /nothing/],
    ["a/../b", /\.\./],
    ["a\\", /backslash/],
    ["[a", /no `\]`/],
    ["[b-a]", /empty/],
    ["[é]", /ASCII/],
    ["[[:word:]]", /no class/],
    ["a/".repeat(30) + "b", /components/],
    ["a\0b", /NUL/],
  ];
  for (const [pattern, why] of wrong) {
    assert.throws(() => parseGlob(pattern), (error) => {
      assert.ok(error instanceof GlobError, pattern);
      assert.match(error.message, why);
      return true;
    });
  }
});

Deno.test("a pattern with many stars is matched in time that follows the name's length", () => {
  const pattern = "*a".repeat(100) + "*b";
  const { root } = new PathAutomaton([parseGlob(pattern)]);
  assert.deepEqual(root.step("a".repeat(255)).matches, []);
  assert.deepEqual(root.step("a".repeat(254) + "b").matches, [0]);
});
