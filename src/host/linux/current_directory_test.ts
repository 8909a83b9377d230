import assert from "node:assert/strict";
import { absolutePath, currentDirectory } from "./current_directory.ts";

Deno.test("where one stands is what the kernel says, at the root too", () => {
  const before = Deno.cwd();
  try {
    assert.equal(currentDirectory(), before);
    Deno.chdir("/");
    assert.equal(currentDirectory(), "/");
    assert.equal(absolutePath("a/../b/."), "/b");
    Deno.chdir("/proc/self");
    assert.equal(currentDirectory(), `/proc/${Deno.pid}`);
    assert.equal(absolutePath(".."), "/proc");
  } finally {
    Deno.chdir(before);
  }
  assert.equal(absolutePath("/a//b/../c/"), "/a/c");
  assert.equal(absolutePath("."), before);
});

Deno.test("what happens when a directory goes away later does not fail", async () => {
  const before = Deno.cwd();
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    Deno.chdir(directory);
    await Deno.remove(directory);
    assert.ok(absolutePath("x").startsWith(directory));
  } finally {
    Deno.chdir(before);
  }
});
