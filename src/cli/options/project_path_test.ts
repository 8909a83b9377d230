import assert from "node:assert/strict";
import * as win32 from "node:path/win32";
import { innerPath, isWithin } from "../../host/windows/mounts.ts";
import { CommandError } from "../command_error.ts";
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

const WINDOWS = { ...win32, innerPath, isWithin };
const ON_WINDOWS = { mount: "C:\\state\\p\\mount", source: "D:\\p" };
const AT_LETTER = { mount: "W:\\", source: "D:\\p" };

const WINDOWS_CASES: [path: string, cwd: string, expected: string, roots?: typeof ON_WINDOWS][] = [
  ["src\\a.ts", "C:\\state\\p\\mount", "src/a.ts"],
  ["src/a.ts", "C:\\State\\P\\Mount", "src/a.ts"],
  ["a.ts", "C:\\state\\p\\mount\\src\\deep", "src/deep/a.ts"],
  ["..\\b", "D:\\p\\src", "b"],
  [".", "D:\\p", "."],
  ["D:/p/x/y", "C:\\", "x/y"],
  ["d:\\P\\x\\y\\", "C:\\", "x/y"],
  [".\\src\\deep\\", "C:\\elsewhere", "src/deep"],
  ["src/a.ts", "C:\\elsewhere", "src/a.ts"],
  ["a.ts", "W:\\src", "src/a.ts", AT_LETTER],
  ["w:/src/deep/", "C:\\", "src/deep", AT_LETTER],
  ["W:\\", "C:\\", ".", AT_LETTER],
];
for (const [path, cwd, expected, roots = ON_WINDOWS] of WINDOWS_CASES) {
  Deno.test(`on Windows ${path} in ${cwd} is ${expected} of the project`, () => {
    assert.equal(projectPath(path, roots, cwd, WINDOWS), expected);
  });
}

const OUTSIDE_ON_WINDOWS: [path: string, cwd: string][] = [
  ["..\\other", "D:\\p"],
  ["C:\\windows\\system.ini", "C:\\elsewhere"],
  ["\\p\\a.ts", "C:\\elsewhere"],
  ["\\\\server\\share\\a.ts", "D:\\p"],
  ["D:\\pp", "C:\\elsewhere"],
  ["..\\x", "C:\\elsewhere"],
];
for (const [path, cwd] of OUTSIDE_ON_WINDOWS) {
  Deno.test(`on Windows ${path} in ${cwd} is outside the project`, () => {
    assert.throws(
      () => projectPath(path, ON_WINDOWS, cwd, WINDOWS),
      (error: unknown) => error instanceof CommandError && error.exit === 2,
    );
  });
}
