import assert from "node:assert/strict";
import { checkPolicy } from "./check_policy.ts";
import { parsePolicy } from "./parse_policy.ts";
import { unheldFilters, unheldRules, unheldWithoutCallers } from "./unheld_rules.ts";

function warnings(...rules: object[]): string[][] {
  return checkPolicy(parsePolicy(JSON.stringify({ rules }))).map(({ warnings }) => [...warnings]);
}

Deno.test("a rule that others before it decide altogether is never reached", () => {
  const [, covered] = warnings(
    { name: "all", path_pattern: "src/**", allow: "all" },
    { path_pattern: "src/*/gen?", deny: "all" },
  );
  assert.match(covered!.join(), /never reached: "all"/);
  const [, , both] = warnings(
    { name: "w", path_pattern: "**", allow: "write,create" },
    { name: "u", path_pattern: "*.a", allow: "unlink,rename" },
    { path_pattern: "x/*.a", deny: "write,unlink" },
  );
  assert.match(both!.join(), /never reached: "w" and "u"/);
});

Deno.test("one that is for fewer, or matches less, leaves something", () => {
  const [, branch] = warnings(
    { path_pattern: "**", allow: "all", branch: "a" },
    { path_pattern: "x", deny: "all" },
  );
  assert.deepEqual(branch, []);
  const [, path] = warnings(
    { path_pattern: "x/[ab]*", allow: "all" },
    { path_pattern: "x/*", deny: "all" },
  );
  assert.deepEqual(path, []);
  const [, part] = warnings(
    { name: "r", path_pattern: "**", allow: "read" },
    { path_pattern: "x", deny: "all" },
  );
  assert.match(part!.join(), /"r" before it decides read/);
});

Deno.test("what a rule leaves open is said", () => {
  const [written, cut, run, named, all] = warnings(
    { path_pattern: "a", deny: "write" },
    { path_pattern: "b", deny: "truncate" },
    { path_pattern: "c", deny: "exec" },
    { path_pattern: "d", deny: "all", program: "curl" },
    { path_pattern: "e", deny: "all" },
  );
  assert.match(written!.join(), /replaced.*create,unlink,rename/);
  assert.match(cut!.join(), /overwritten/);
  assert.match(run!.join(), /interpreter/);
  assert.match(named!.join(), /name is what it says/);
  assert.deepEqual(all, []);
});

Deno.test("where no mount is told who asks, a rule about some is about all, or about none", () => {
  const rules = parsePolicy(JSON.stringify({
    rules: [
      { path_pattern: "a", deny: "read", uid: 501 },
      { path_pattern: "b", allow: "read", program: "git" },
      { path_pattern: "c", deny: "exec" },
      { path_pattern: "d", deny: "read,exec" },
      { path_pattern: "/e", deny: "read", outside: true },
    ],
  }));
  const checked = checkPolicy(rules, { callers: false, preload: false });
  const [user, program, run, read, outside] = checked.map(({ warnings }) => warnings.join());
  assert.equal(user, "macOS does not tell who asks: it is about everybody");
  assert.equal(program, "macOS does not tell who asks: it is about nobody");
  assert.match(run!, /interpreter.*macOS does not tell that a file is read in order to run it/);
  assert.equal(read, "");
  assert.equal(outside, "Nobody holds to it: only Linux has what does");
  assert.deepEqual(unheldWithoutCallers(rules.slice(0, 4)).map(({ rule }) => rule), [
    ...["rule 1", "rule 2", "rule 3"],
  ]);
});

Deno.test("what does not hold on a mount that is not asked for opens is said of each rule, as it is", () => {
  const whyOf = (rule: object) =>
    unheldRules(parsePolicy(JSON.stringify({ rules: [{ path_pattern: "a", ...rule }] })))
      .map(({ why }) => why.split(";")[0]!.replace(/ what is in the kernel's memory/, "")).join();
  const cases: readonly (readonly [rule: object, why: string])[] = [
    [{ deny: "read" }, ""],
    [{ deny: "write" }, ""],
    [{ deny: "all" }, ""],
    [{ deny: "create,unlink", program: "rm" }, ""],
    [{ allow: "all", program: "rm" }, ""],
    [{ deny: "exec" }, "Running is not refused"],
    [{ deny: "exec", uid: 1 }, "What another process has run can be run by all"],
    [{ deny: "read", uid: 1 }, "What another process has read stays readable"],
    [{ deny: "all", uid: 1 }, "Who writes through a mapping is not seen, so that nobody may"],
    [{ soft_watch: "write" }, ""],
    [{ soft_watch: "read,write" }, "Reading is not seen"],
    [{ soft_watch: "exec" }, "Running is not seen"],
    [{ soft_watch: "read", uid: 1 }, "Reading is not seen"],
    [{ soft_watch: "all", uid: 1 }, "Who writes through a mapping is not seen"],
    [{ ask: "f", ops: "create" }, ""],
    [{ ask: "f", ops: "read" }, "What another process has read stays readable"],
    [
      { ask: "f", ops: "write", otherwise: "allow" },
      "Who writes through a mapping is not seen, so that it is as for no answer (allow)",
    ],
  ];
  for (const [rule, why] of cases) assert.equal(whyOf(rule), why, JSON.stringify(rule));
});

Deno.test("a rule that asks a filter that is not there is told of", () => {
  const ask = { path_pattern: "a", ops: "write" };
  const rules = [{ ...ask, ask: "here" }, { ...ask, ask: "gone", otherwise: "allow" }, {
    path_pattern: "b",
    deny: "all",
  }];
  const unheld = unheldFilters(parsePolicy(JSON.stringify({ rules })), ["here"]);
  assert.deepEqual(unheld.map(({ rule }) => rule), ["rule 2"]);
  assert.match(
    unheld[0]!.why,
    /no filter gone: what it is asked about is allowed; .*filter add gone/,
  );
});
