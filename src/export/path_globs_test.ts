import assert from "node:assert/strict";
import { PathGlobs } from "./path_globs.ts";

const CASES: readonly [glob: string, wanted: string[], unwanted: string[]][] = [
  ["*.md", ["a.md", "docs/x.md", "x.md/inside"], ["a.mdx", "md"]],
  ["src", ["src", "src/a/b", "lib/src/a"], ["srcs", "a.src"]],
  ["/src", ["src", "src/a"], ["lib/src"]],
  ["./src/*.ts", ["src/a.ts"], ["src/a/b.ts", "a.ts"]],
  ["src/**/*.ts", ["src/a.ts", "src/a/b/c.ts"], ["src/a.js"]],
  ["src/", ["src/a", "lib/src"], ["srca"]],
  ["a?c", ["abc", "x/a\nc"], ["a/c", "ac"]],
  ["[!a-c]x", ["dx", "]x"], ["ax", "/x"]],
  ["[]a]x", ["]x", "ax"], ["bx"]],
  ["a+(b)|$", ["a+(b)|$"], ["aab"]],
  ["\\*", ["*"], ["a"]],
  ["\xff*", ["\xffx"], ["x"]],
];

Deno.test("a glob means what it does in .gitignore", () => {
  for (const [glob, wanted, unwanted] of CASES) {
    const globs = new PathGlobs([glob]);
    for (const path of wanted) assert.ok(globs.includes(path), `${glob} is to include ${path}`);
    for (const path of unwanted) {
      assert.ok(!globs.includes(path), `${glob} is not to include ${path}`);
    }
  }
});
