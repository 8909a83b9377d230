import assert from "node:assert/strict";
import { usersAt } from "../mount_users.ts";

Deno.test("who uses a directory is everybody but this process", async () => {
  const directory = await Deno.makeTempDir();
  const other = new Deno.Command("sleep", { args: ["100"], cwd: directory }).spawn();
  try {
    using _ = await Deno.open(directory);
    assert.deepEqual((await usersAt(directory)).map(({ pid }) => pid), [other.pid]);
  } finally {
    other.kill();
    await other.status;
    await Deno.remove(directory);
  }
});
