import assert from "node:assert/strict";
import { pathMatcher } from "./path_glob.ts";

const MATCHES: readonly [pattern: string, yes: readonly string[], no: readonly string[]][] = [
  ["*.ts", ["a.ts", "d/e/a.ts", "x.ts/in"], ["a.tsx", "ats"]],
  ["src", ["src", "src/a", "lib/src/b"], ["source"]],
  ["src/", ["src/a"], ["srca"]],
  ["/src", ["src", "src/a"], ["lib/src"]],
  ["src/*.ts", ["src/a.ts"], ["src/d/a.ts", "lib/src/a.ts"]],
  ["src/**", ["src/a", "src/d/a"], ["lib/a"]],
  ["**/test", ["test", "a/test", "a/b/test/c"], ["a/testing"]],
  ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["b/a/z"]],
  ["f?[0-9]", ["fa1", "d/fb9"], ["f1", "fab", "f/1"]],
  ["[!a]b", ["cb"], ["ab"]],
  ["a.b+c(d)", ["a.b+c(d)"], ["axb+c(d)", "a.bbc(d)"]],
  ["\\*", ["*"], ["a"]],
];

Deno.test("patterns choose paths as git's ignore files have them", () => {
  for (const [pattern, yes, no] of MATCHES) {
    const matches = pathMatcher([pattern]);
    for (const path of yes) assert.ok(matches(path), `${pattern} chooses ${path}`);
    for (const path of no) assert.ok(!matches(path), `${pattern} does not choose ${path}`);
  }
  assert.ok(pathMatcher(["a", "b"])("b"));
});
