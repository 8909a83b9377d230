import assert from "node:assert/strict";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { withProject } from "../support/mounted.ts";

Deno.test("checkpoint, change, rollback", async () => {
  const project = "mkdir -p src/empty; echo one >a.txt; echo two >src/b.txt; ln -s ../a.txt src/l";
  await withProject(project, async (m) => {
    const source = await manifestOf(m.project, { inodes: true });
    assertSame(await manifestOf(m.mount, { inodes: true }), source, "the mount");
    await m.ctl("checkpoint", "baseline");
    await Deno.writeTextFile(m.path("a.txt"), "changed\n");
    await Deno.remove(m.path("src"), { recursive: true });
    assert.equal((await m.status()).dirty, true);
    const report = await m.ctl("rollback", "baseline");
    assert.equal(report.label, "baseline");
    assert.equal(await Deno.readTextFile(m.path("a.txt")), "one\n");
    assertSame(await manifestOf(m.mount, { inodes: true }), source, "the mount rolled back");
    assertSame(await manifestOf(m.project, { inodes: true }), source, "the project itself");
    assert.equal((await m.status()).dirty, false);
  });
});
