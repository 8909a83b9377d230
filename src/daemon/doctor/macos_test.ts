/** What is found on a Mac, in situations made of files. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { withTemporary } from "../../../tests/support/temporary.ts";
import { Machine } from "./machine.ts";
import { macosChecks } from "./macos.ts";

const HOME = "/Users/me";

async function found(files: readonly string[], mounts: readonly string[] = []) {
  return await withTemporary(async (root) => {
    for (const path of [...files, ...mounts.map((mount) => `${mount}/..made`)]) {
      await Deno.mkdir(dirname(root + path), { recursive: true });
      if (!path.endsWith("..made")) await Deno.writeTextFile(root + path, "");
    }
    const machine = new Machine(root, { HOME });
    const checks = await macosChecks(machine, () => Promise.resolve([...mounts]));
    return Object.fromEntries(checks.map((check) => [check.name, check]));
  });
}

Deno.test("fuse-t is found where it is installed for all, or for one user", async () => {
  for (const home of ["", `${HOME}/.fuse-t`]) {
    const library = `${home}/usr/local/lib/libfuse-t.dylib`;
    const server = `${home}/usr/local/bin/go-nfsv4`;
    const checks = await found([library, server]);
    assert.deepEqual(checks["fuse-t"], { name: "fuse-t", state: "ok", found: library });
    assert.deepEqual(checks["go-nfsv4"], { name: "go-nfsv4", state: "ok", found: server });
    assert.equal(checks["Network Volumes"]?.state, "ok");
  }
});

Deno.test("a Mac without fuse-t is told how to get it, with macFUSE too", async () => {
  const without = await found([]);
  for (const name of ["fuse-t", "go-nfsv4"]) {
    assert.equal(without[name]?.state, "fail");
    assert.match(without[name]?.fix ?? "", /brew install macos-fuse-t/);
  }
  const other = await found(["/usr/local/lib/libfuse.2.dylib"]);
  assert.match(other["fuse-t"]!.found, /macFUSE is there/);
});

Deno.test("a mount that shows nothing is one that this program may not look at", async () => {
  const listed = await found([`${HOME}/mount/file`], [`${HOME}/mount`]);
  assert.equal(listed["Network Volumes"]?.state, "ok");
  const empty = await found([], [`${HOME}/mount`]);
  assert.equal(empty["Network Volumes"]?.state, "fail");
  assert.match(empty["Network Volumes"]?.fix ?? "", /Privacy & Security/);
});
