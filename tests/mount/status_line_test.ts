/** The line for prompts: in a mount, in a branch, beside the mount, and where nothing of ours is. */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";

Deno.test("status --line says branch, checkpoints, and whether work is protected", async () => {
  await withProject("mkdir src; echo one >src/a.txt", async (m) => {
    const line = async (cwd: string) => {
      const { code, stdout, stderr } = await m.run(["status", "--line"], { cwd });
      assert.deepEqual([code, stderr], [0, ""]);
      return stdout;
    };
    assert.equal(await line(m.path("src")), "main · 1 checkpoint · protected\n");
    await Deno.writeTextFile(m.path("src/a.txt"), "two\n");
    await m.ctl("checkpoint", "two");
    await Deno.writeTextFile(m.path("b.txt"), "three\n");
    assert.match(await line(m.mount), /^main · 2 checkpoints · \d changed · protected\n$/);
    await m.ctl("branch", "create", "try");
    assert.match(await line(m.path(".agentvfs/branches/try/src")), /^try · 2 checkpoints · /);
    assert.equal(await line(m.project), `not protected here: the mount is ${m.mount}\n`);
    assert.equal(await line("/"), "");
    const refused = await m.run(["status", "--line", "--json"], { cwd: m.mount });
    assert.equal(refused.code, 2);
  });
});
