import assert from "node:assert/strict";
import { isRelativeProgram, isWindowsProgram } from "./program.ts";

Deno.test("a program is a name, or an absolute path of either system", () => {
  const absolute = [
    "/bin/sh",
    "C:\\tools\\git.exe",
    "c:/tools/git.exe",
    "\\\\server\\share\\x.exe",
  ];
  for (const program of ["git", "git.exe", ...absolute]) {
    assert.ok(!isRelativeProgram(program), program);
  }
  for (const program of ["bin/sh", "bin\\git.exe", "./git", "C:git\\x"]) {
    assert.ok(isRelativeProgram(program), program);
  }
});

Deno.test("a program of Windows is known by its name or path, whatever their case", () => {
  const git = "C:\\Program Files\\Git\\bin\\git.exe";
  for (const program of ["git", "GIT.EXE", "git.exe", "c:/program files/git/bin/git.exe", git]) {
    assert.ok(isWindowsProgram(program, git), program);
  }
  for (
    const program of ["gi", "it.exe", "git.com", "D:\\git.exe", "C:\\Program Files\\Git\\bin\\git"]
  ) {
    assert.ok(!isWindowsProgram(program, git), program);
  }
});
