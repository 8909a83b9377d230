/** What docs/policy.md says of rules is what they are. */

import assert from "node:assert/strict";
import { binaryString } from "../../ffi/binary_string.ts";
import { BUILT_IN_SETS } from "../../src/policy/built_in_sets.ts";
import { parseGlob } from "../../src/policy/glob.ts";
import { ALL_OPERATIONS, OPERATION_NAMES, operationNamed } from "../../src/policy/operation.ts";
import { parsePolicy } from "../../src/policy/parse_policy.ts";
import { PathAutomaton } from "../../src/policy/path_automaton.ts";
import { ANY_CALLER, Policy } from "../../src/policy/policy.ts";
import { PolicyError } from "../../src/policy/policy_error.ts";
import { QUESTIONS, saidOf } from "../../src/policy/question.ts";
import { unheldRules } from "../../src/policy/unheld_rules.ts";
import { pageBlocks } from "./page_blocks.ts";
import { codeIn, pageText, says, tableBelow } from "./page_table.ts";

const PAGE = await pageText("policy.md");

const parse = (...rules: object[]) => parsePolicy(JSON.stringify({ rules }));

Deno.test("docs/policy.md has each key of a rule, and each operation", () => {
  const rows = tableBelow(PAGE, "## The file");
  const named = new Set(rows.flatMap((row) => codeIn(row.join(" "))));
  assert.throws(() => parse({ path_pattern: "a", none: 1 }), (error) => {
    assert.ok(error instanceof PolicyError);
    const keys = /There are (.*)/.exec(error.hint!)![1]!.split(", ");
    assert.deepEqual(keys.filter((key) => !named.has(key)), []);
    const first = rows.map(([key]) => codeIn(key!)[0]!);
    assert.deepEqual(first.filter((key) => !keys.includes(key)), []);
    return true;
  });
  const operations = tableBelow(PAGE, "### Operations").map(([name]) => codeIn(name!)[0]!);
  assert.deepEqual(operations.toSorted(), Object.keys(OPERATION_NAMES).toSorted());
  const [rule] = parse({ path_pattern: "a", deny: "all" });
  assert.equal(rule!.operations, ALL_OPERATIONS);
});

Deno.test("docs/policy.md has files that are read", () => {
  const files = pageBlocks("policy.md", PAGE).filter(({ language }) => language === "json");
  assert.ok(files.length >= 2);
  for (const { code } of files) assert.ok(parsePolicy(code).length > 0, code);
});

/** Sentences, and what follows from them for a pattern: whether it is about a path, which is a directory if it ends in a slash. */
const PATTERNS: readonly (readonly [string, ...(readonly [string, string, boolean])[]])[] = [
  ["`*` and `?` stay within a name", ["a/*/c", "a/b/c", true], ["a/*/c", "a/b/b/c", false], [
    "a?b",
    "a/b",
    false,
  ]],
  ["`**` is any number of directories", ["a/**/c", "a/c", true], ["a/**/c", "a/b/b/c", true]],
  ["`[a-z]` one of some characters", ["[a-c]", "b", true], ["[a-c]", "B", false]],
  [
    "A pattern with a slash at its beginning or in its middle begins at the root",
    ...[["/a", "b/a", false], ["a/b", "c/a/b", false], ["a/b", "a/b", true]] as const,
  ],
  ["any other matches at every depth", ["a", "b/c/a", true], ["a/", "b/c/a/", true]],
  ["A slash at its end: directories only.", ["a/", "a", false], ["a/", "a/", true]],
  ["What matches a directory covers everything in it", ["a", "a/b/c", true], ["a/", "a/b", true]],
  ["`dir/**` covers what is in `dir` and not `dir` itself", ["dir/**", "dir/a/b", true], [
    "dir/**",
    "dir/",
    false,
  ]],
  ["as in `*.[kK][eE][yY]`", ["*.[kK][eE][yY]", "a.KeY", true]],
];

Deno.test("docs/policy.md says of patterns what they match", () => {
  for (const [sentence, ...cases] of PATTERNS) {
    assert.ok(says(PAGE, sentence), sentence);
    for (const [pattern, path, expected] of cases) {
      const { root } = new PathAutomaton([parseGlob(pattern)]);
      const state = root.walk(binaryString(path).split("/").filter((name) => name !== ""));
      const matches = path.endsWith("/") ? state.directoryMatches : state.matches;
      assert.equal(matches.length === 1, expected, `${sentence}: ${pattern} ${path}`);
    }
  }
  assert.ok(says(PAGE, "There is no `!`"));
  assert.throws(() => parseGlob("!a"));
});

/** What rules about a path decide of something that is done with it. */
function decided(question: keyof typeof QUESTIONS, ...rules: object[]): string {
  const policy = new Policy(parse(...rules.map((rule) => ({ path_pattern: "a", ...rule }))), 1);
  const state = policy.automaton.root.step("a");
  return saidOf(policy, QUESTIONS[question], [state, false, "main", ANY_CALLER]).verdict;
}

Deno.test("docs/policy.md says what belongs to an operation", () => {
  const sentences = [
    "Denying `write` denies cutting off, too",
    "denying `unlink` denies renaming away and renaming over",
    "denying `create` denies renaming and linking into",
    "An `allow` of `rename` allows a rename with what belongs to it",
    "**The first rule that matches holds**",
    "What no rule is about is allowed",
  ];
  for (const sentence of sentences) assert.ok(says(PAGE, sentence), sentence);
  assert.equal(decided("truncate", { deny: "write" }), "deny");
  assert.equal(decided("write", { deny: "truncate" }), "allow");
  assert.deepEqual(
    (["rename", "rename-over", "rename-to"] as const).map((each) =>
      decided(each, { deny: "unlink" })
    ),
    ["deny", "deny", "allow"],
  );
  assert.deepEqual(
    (["rename-to", "link-to", "rename"] as const).map((each) => decided(each, { deny: "create" })),
    ["deny", "deny", "allow"],
  );
  assert.equal(decided("rename", { allow: "rename" }, { deny: "all" }), "allow");
  assert.equal(decided("rename-over", { allow: "rename" }, { deny: "all" }), "allow");
  assert.equal(decided("write", { allow: "write" }, { deny: "write" }), "allow");
  assert.equal(decided("read", { allow: "write" }, { deny: "all" }), "deny");
  assert.equal(decided("read", { deny: "write" }), "allow");
  const asked = codeIn(/`policy test` asks about more[^]*?\n\n/.exec(PAGE)![0]).slice(1);
  const more = Object.keys(QUESTIONS).filter((name) => operationNamed(name) === 0);
  assert.deepEqual(asked.toSorted(), more.toSorted());
});

/** Rules that are as a row of the table says, and whether they need opens to hold altogether. */
const OPENS: Readonly<Record<string, readonly (readonly [rule: object, needs: boolean])[]>> = {
  "`deny` of `write`, for all": [[{ deny: "write" }, false]],
  "`deny` of `read`, for all": [[{ deny: "read" }, false], [{ deny: "read,exec" }, false]],
  "`deny` of `exec` alone": [[{ deny: "exec" }, true]],
  "`deny` of `read` for some processes": [[{ deny: "read", program: "x" }, true]],
  "`deny` of `write` for some processes": [[{ deny: "write", uid: 1 }, true]],
  "`ask` about `read` or `exec`": [
    [{ ask: "f", ops: "read" }, true],
    [{ ask: "f", ops: "exec" }, true],
  ],
  "`ask` about `write`": [[{ ask: "f", ops: "write" }, true]],
  "`soft_watch` of `read` or `exec`": [
    [{ soft_watch: "read" }, true],
    [{ soft_watch: "exec" }, true],
    [{ soft_watch: "write" }, false],
  ],
};

Deno.test("docs/policy.md has a row for each kind of rule that a mount without opens does not hold altogether", () => {
  assert.deepEqual(tableBelow(PAGE, "## Opens").map(([rule]) => rule), Object.keys(OPENS));
  for (const [row, cases] of Object.entries(OPENS)) {
    for (const [rule, needs] of cases) {
      const unheld = unheldRules(parse({ path_pattern: "a", ...rule }));
      assert.equal(unheld.length === 1, needs, `${row}: ${JSON.stringify(rule)}`);
    }
  }
});

Deno.test("docs/policy.md has each built-in set, and they are rules like any others", () => {
  const rows = tableBelow(PAGE, "## Built-in sets");
  assert.deepEqual(rows.map(([name]) => codeIn(name!)[0]), Object.keys(BUILT_IN_SETS));
  const all = Object.values(BUILT_IN_SETS).flatMap(({ rules }) => [...rules]);
  assert.equal(parse(...all).length, all.length);
  const { deletions } = parse(...BUILT_IN_SETS["no-mass-delete"]!.rules)[0]!;
  assert.equal(deletions, 50);
  assert.ok(rows.some((row) => row[1]!.startsWith("once fifty files")));
});
