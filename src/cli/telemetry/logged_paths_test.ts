import assert from "node:assert/strict";
import { CommandError } from "../command_error.ts";
import { loggedPaths, mountPath } from "./logged_paths.ts";

const ROOTS = { mount: "/state/p/mount", source: "/home/me/p" };

const CASES: [path: string, cwd: string, expected: string[]][] = [
  ["a.ts", "/state/p/mount/src", ["/state/p/mount/src/a.ts", "/home/me/p/src/a.ts"]],
  [".", "/home/me/p", ["/state/p/mount", "/home/me/p"]],
  ["src", "/elsewhere", ["/state/p/mount/src", "/home/me/p/src"]],
  ["/etc/hosts", "/home/me/p", ["/etc/hosts"]],
  ["/etc/../srv/", "/elsewhere", ["/srv"]],
  ["../other", "/home/me/p", ["/home/me/other"]],
  ["../../..", "/state/p/mount/src", ["/state"]],
];
for (const [path, cwd, expected] of CASES) {
  Deno.test(`${path} in ${cwd} is ${expected} in the log`, () => {
    assert.deepEqual(loggedPaths(path, ROOTS, cwd), expected);
  });
}

Deno.test("a path that means nothing is refused, and for the mount alone any that is elsewhere", () => {
  const isRefused = (error: unknown) => error instanceof CommandError && error.exit === 2;
  assert.throws(() => loggedPaths("../x", ROOTS, "/elsewhere"), isRefused);
  assert.throws(() => mountPath("/etc/hosts", ROOTS, "/home/me/p"), isRefused);
  assert.equal(mountPath("/home/me/p/a", ROOTS, "/"), "/state/p/mount/a");
});
