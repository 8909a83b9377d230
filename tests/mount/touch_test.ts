/** With --touch, builds that go by times see which files a rollback has changed. */

import assert from "node:assert/strict";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

const OLD = new Date("2001-02-03T04:05:06Z");

Deno.test("files that a rollback changes have the present as their time, and nothing else has", async () => {
  const project = `
mkdir -p d gone/deep
for f in d/changed d/kept d/mode d/removed gone/deep/file; do echo one >$f; touch -d ${OLD.toISOString()} $f; done`;
  const change = "echo two >d/changed; chmod 600 d/mode; rm -r d/removed gone";
  await withProject(project, async (m) => {
    const all = ["d/changed", "d/removed", "gone/deep/file"];
    await m.ctl("checkpoint", "base");
    await shell(change, { cwd: m.mount });
    await m.ctl("checkpoint", "changed");
    const before = Date.now();
    await m.ctl("rollback", "base", "--touch");
    const { mtime } = await Deno.stat(m.path("d/changed"));
    // The kernel's clock for files goes in steps.
    assert.ok(mtime!.getTime() >= before - 20);
    await assertTouched(m, all);
    await m.restart();
    await assertTouched(m, all);
    const { changes } = await m.ctl("diff", "base");
    assert.deepEqual(changes, []);
    await m.ctl("rollback", "base");
    await assertTouched(m, []);
    for (const command of [["restore", ".", "--from", "base"], ["undo"]]) {
      await m.ctl("rollback", "changed");
      await m.ctl(...command, "--touch");
      await assertTouched(m, all);
      await m.ctl("rollback", "base");
    }
  });
});

async function assertTouched(m: Mounted, paths: readonly string[]): Promise<void> {
  for (const path of ["d/changed", "d/kept", "d/mode", "d/removed", "gone/deep/file"]) {
    const { mtime } = await Deno.stat(m.path(path));
    assert.equal(mtime!.getTime() !== OLD.getTime(), paths.includes(path), path);
  }
}

Deno.test("who keeps what is built elsewhere is warned", async () => {
  await withProject("echo one >file", async (m) => {
    await m.ctl("checkpoint", "base");
    const rollback = async (target: string, ...options: string[]) => {
      await shell("echo two >file", { cwd: m.mount });
      const env = { CARGO_TARGET_DIR: target };
      const { code, stderr } = await m.run(["-C", m.project, "rollback", "base", ...options], {
        env,
      });
      assert.equal(code, 0);
      return stderr;
    };
    assert.match(
      await rollback("/home/u/target"),
      /^warning: .*CARGO_TARGET_DIR.*\nhint: .*--touch/,
    );
    assert.equal(await rollback("/home/u/target", "--touch"), "");
    assert.equal(await rollback(m.path("target")), "");
    assert.equal(await rollback("target"), "");
  });
});
