import assert from "node:assert/strict";
import { CommandError } from "./command_error.ts";
import { projectPath } from "./project_path.ts";

const ROOTS = { mount: "/state/p/mount", source: "/home/me/p" };

const CASES: [path: string, cwd: string, expected: string][] = [
  ["a.ts", "/state/p/mount", "a.ts"],
  ["a.ts", "/state/p/mount/src", "src/a.ts"],
  ["../b", "/state/p/mount/src", "b"],
  [".", "/state/p/mount", "."],
  [".", "/state/p/mount/src", "src"],
  ["a.ts", "/home/me/p/src", "src/a.ts"],
  ["/home/me/p/x/y", "/", "x/y"],
  ["/state/p/mount/x", "/home/me/p", "x"],
  ["src/a.ts", "/elsewhere", "src/a.ts"],
  ["./src/", "/elsewhere", "src"],
];
for (const [path, cwd, expected] of CASES) {
  Deno.test(`${path} in ${cwd} is ${expected} of the project`, () => {
    assert.equal(projectPath(path, ROOTS, cwd), expected);
  });
}

const OUTSIDE: [path: string, cwd: string][] = [
  ["../other", "/home/me/p"],
  ["/etc/passwd", "/home/me/p"],
  ["/home/me/pp", "/elsewhere"],
  ["../x", "/elsewhere"],
];
for (const [path, cwd] of OUTSIDE) {
  Deno.test(`${path} in ${cwd} is outside the project`, () => {
    assert.throws(
      () => projectPath(path, ROOTS, cwd),
      (error: unknown) => error instanceof CommandError && error.exit === 2,
    );
  });
}
