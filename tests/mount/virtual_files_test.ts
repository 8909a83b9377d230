/**
 * `.agentvfs` at the root of the mount: commands without a program.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { run, shell } from "../support/process.ts";

Deno.test(".agentvfs carries out commands and tells the status, and is not listed", async () => {
  await withProject(
    "echo one >file; mkdir -p sub/.agentvfs; echo mine >sub/.agentvfs/ctl",
    async (m) => {
      const inMount = (script: string) => shell(script, { cwd: m.mount, deadlineMs: 20_000 });
      const names = await Array.fromAsync(Deno.readDir(m.mount), ({ name }) => name);
      assert.deepEqual(names.sort(), ["file", "sub"]);
      assert.equal(await inMount("find . -name ctl"), "./sub/.agentvfs/ctl\n");
      assert.equal(await inMount("ls .agentvfs"), "branches\ncheckpoints\nctl\nstatus\n");

      const status = JSON.parse(await inMount("cat .agentvfs/status"));
      assert.equal(status.mount, m.mount);
      assert.equal(status.head.label, "initial");

      const answer = await inMount(
        "echo checkpoint with two words >.agentvfs/ctl; cat .agentvfs/ctl",
      );
      const { head } = await m.status();
      assert.equal(head!.label, "with two words");
      assert.ok(answer.includes(head!.id.slice(0, 12)), answer);

      await inMount("echo two >file; rm -r sub; echo rollback with two words >.agentvfs/ctl");
      assert.equal(await inMount("cat file sub/.agentvfs/ctl"), "one\nmine\n");
      const refused = await inMount(
        "echo rollback nowhere >.agentvfs/ctl || true; cat .agentvfs/ctl",
      );
      assert.match(refused, /nowhere/);
      await inMount("echo nonsense >.agentvfs/ctl || true; cat .agentvfs/ctl");

      // Its own entries cannot be changed.
      for (
        const script of [
          "rm .agentvfs/ctl",
          "rmdir .agentvfs",
          "mv .agentvfs other",
          "mv file .agentvfs",
          "mv file .agentvfs/file",
          "mkdir .agentvfs",
          "touch .agentvfs/new",
          "ln file .agentvfs/link",
          "ln .agentvfs/ctl link",
          "echo x >.agentvfs/status",
        ]
      ) {
        const { code } = await run(["bash", "-c", script], { cwd: m.mount });
        assert.notEqual(code, 0, script);
      }
      assert.equal(await inMount("cat file; ls"), "one\nfile\nsub\n");
      assert.deepEqual((await m.ctl("diff")).changes, []);
    },
  );
});

Deno.test("many commands through .agentvfs/ctl at once, with changes between", async () => {
  await withProject("mkdir d", async (m) => {
    await shell(
      `for i in $(seq 8); do
         (for j in $(seq 5); do echo $i.$j >d/f$i; echo "checkpoint c$i.$j" >.agentvfs/ctl; done) &
       done
       wait`,
      { cwd: m.mount },
    );
    const log = await m.ctl("log", "--limit", "100");
    const labels = log.entries.map((entry: { label: string }) => entry.label)
      .filter((label: string) => /^c\d\.\d$/.test(label));
    assert.equal(new Set(labels).size, 40);
    for (let i = 1; i <= 8; i++) {
      await m.ctl("rollback", `c${i}.3`);
      assert.equal(await Deno.readTextFile(m.path(`d/f${i}`)), `${i}.3\n`);
    }
  });
});
