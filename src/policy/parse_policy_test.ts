import assert from "node:assert/strict";
import { Operation, operationsText } from "./operation.ts";
import { parsePolicy } from "./parse_policy.ts";
import { PolicyError } from "./policy_error.ts";

Deno.test("the original's file means what it means there", () => {
  const [first, second, third] = parsePolicy(
    '{"rules":[{"path_pattern":"src/**","soft_watch":"read,write"},' +
      '{"path_pattern":"*.md","soft_watch":"readwrite|exec"},{"path_pattern":"**","soft_watch":"all"}]}',
  );
  assert.equal(first!.verdict, "watch");
  assert.equal(first!.operations, Operation.READ | Operation.WRITE);
  assert.equal(second!.operations, Operation.READ | Operation.WRITE | Operation.EXEC);
  assert.equal(operationsText(third!.operations), "all");
});

Deno.test("a rule says to whom it applies, one or several", () => {
  const [rule] = parsePolicy(JSON.stringify({
    version: 1,
    comment: "x",
    rules: [{
      name: "n",
      comment: "why",
      path_pattern: "a",
      ask: "filter",
      ops: ["write", "unlink"],
      otherwise: "allow",
      branch: ["agent/*", "main"],
      uid: 1000,
      program: ["git", "/usr/bin/git"],
      session: "3",
    }],
  }));
  const { name, verdict, filter, otherwise, operations, branches, uids, programs, sessions } =
    rule!;
  assert.deepEqual(
    [name, verdict, filter, otherwise, operations, uids, programs, sessions],
    [
      "n",
      "ask",
      "filter",
      "allow",
      Operation.WRITE | Operation.UNLINK,
      [1000],
      ["git", "/usr/bin/git"],
      ["3"],
    ],
  );
  assert.deepEqual(branches!.map(({ text }) => text), ["agent/*", "main"]);
});

/** Rules of lines two and on, and what is said of them. */
const WRONG: readonly [string, string, number, RegExp][] = [
  ["{", "policy_syntax", 2, /no JSON/],
  ['{"path_pattern": "a", "deny": "write",}', "policy_syntax", 2, /no JSON/],
  ['{"deny": "write"}', "policy_rule", 2, /has no path_pattern/],
  ['{"path_pattern": "a"}', "policy_rule", 2, /says nothing/],
  ['{"path_pattern": "a", "deny": "write", "allow": "read"}', "policy_rule", 2, /both/],
  ['{"path_pattern": "a", "deny": "write", "pogram": "x"}', "policy_rule", 2, /"pogram"/],
  ['{"path_pattern": "a", "deny": "constructor"}', "policy_rule", 2, /no operation/],
  ['{"path_pattern": "a", "deny": "readwrite"}', "policy_rule", 2, /no operation/],
  ['{"path_pattern": "a", "deny": ""}', "policy_rule", 2, /of nothing/],
  ['{"path_pattern": "a", "deny": 7}', "policy_rule", 2, /no text/],
  ['{"path_pattern": "!a", "deny": "all"}', "policy_rule", 2, /taken back/],
  ['{"path_pattern": "a", "deny": "all", "ops": "read"}', "policy_rule", 2, /has ops/],
  ['{"path_pattern": "a", "deny": "all", "otherwise": "deny"}', "policy_rule", 2, /otherwise/],
  ['{"path_pattern": "a", "deny": "all", "uid": "root"}', "policy_rule", 2, /uid/],
  ['{"path_pattern": "a", "deny": "all", "uid": []}', "policy_rule", 2, /of nobody/],
  ['{"path_pattern": "a", "deny": "all", "program": "bin/x"}', "policy_rule", 2, /relative/],
  ['{"path_pattern": "a", "deny": "all", "branch": "a//b"}', "policy_rule", 2, /branch/],
  ['{"path_pattern": "a{", "deny": "all"},\n3', "policy_rule", 2, /Rule 2.* is no object/],
  [
    '{"path_pattern": "}]", "deny": "all"},\n\n{"path_pattern": "\\"{", "deny": "x"}',
    "policy_rule",
    4,
    /Rule 2, line 4/,
  ],
  [
    '{"name": "n", "path_pattern": "a", "deny": "all"},\n{"name": "n", "path_pattern": "b", "deny": "all"}',
    "policy_rule",
    3,
    /Two rules.*lines 2 and 3/,
  ],
];

for (const [rules, code, line, message] of WRONG) {
  Deno.test(`wrong: ${rules.replaceAll("\n", " ")}`, () => {
    assert.throws(() => parsePolicy(`{"rules": [\n${rules}\n]}`), (error) => {
      assert.ok(error instanceof PolicyError);
      assert.match(error.message, message);
      assert.equal(error.code, code);
      if (!/no JSON|is no object/.test(error.message)) assert.equal(error.line, line);
      assert.notEqual(error.hint, "");
      return true;
    });
  });
}

Deno.test("sessions are numbers, also as text", () => {
  const parse = (session: unknown) =>
    parsePolicy(JSON.stringify({ rules: [{ path_pattern: "a", deny: "all", session }] }))[0]!;
  assert.deepEqual(parse([7, "8", "09", "18446744073709551615"]).sessions, [
    ...["7", "8", "9", "18446744073709551615"],
  ]);
  for (const wrong of ["one", -1, 1.5, "", null]) {
    assert.throws(() => parse(wrong), /session that is no session's number/);
  }
});
