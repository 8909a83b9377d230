import assert from "node:assert/strict";
import { checkPolicy } from "./check_policy.ts";
import { parsePolicy } from "./parse_policy.ts";

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
