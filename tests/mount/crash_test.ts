/**
 * Keeper and server are killed at any moment: every change that was answered is there when they start again.
 */

import assert from "node:assert/strict";
import { withConversation } from "../support/conversation.ts";
import { assertSame, manifestOf } from "../support/manifest.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { isAlive } from "../support/is_alive.ts";
import { shell, until } from "../support/process.ts";
import { mountsBelow } from "../support/temporary.ts";

const OPTIONS = { allowedLog: [/SIGKILL|keeper is gone/] };

/** Kills both processes and waits until they are gone. */
async function crash(m: Mounted, which: "both" | "keeper" = "both"): Promise<void> {
  const { keeperPid, serverPid } = await m.status();
  Deno.kill(keeperPid, "SIGKILL");
  if (which === "both") Deno.kill(serverPid, "SIGKILL");
  await until("the processes are gone", () => !isAlive(keeperPid) && !isAlive(serverPid));
}

Deno.test("doctor finds a dead mount, and takes it away if it is told to", async () => {
  await withProject("echo x >x", async (m) => {
    const mounts = async (...args: string[]) => {
      const { checks } = JSON.parse((await m.run(["doctor", "--json", ...args])).stdout);
      return checks.find(({ name }: { name: string }) => name === "mounts");
    };
    assert.deepEqual(await mounts(), { name: "mounts", state: "ok", found: "1 in use" });
    await crash(m);
    const { state, found, fix } = await mounts();
    assert.deepEqual([state, fix], ["warn", "agentvfs doctor --fix"]);
    assert.ok(found.includes(m.mount));
    assert.equal((await mounts("--fix")).found, "0 in use, 1 dead ones taken away");
    assert.deepEqual(await mountsBelow(m.state), []);
    await m.start();
    assert.equal(await Deno.readTextFile(m.path("x")), "x\n");
  }, OPTIONS);
});

/** Appends numbered lines and tells after each write(2) returned which one that was, until it fails. */
const WRITER = `
import json, os, sys
fd = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
done = 0
for line in sys.stdin:
    try:
        for i in range(json.loads(line)):
            os.write(fd, b"%08d\\n" % done)
            os.mkdir("made%d" % done)
            done += 1
    except OSError:
        pass
    print(json.dumps(done), flush=True)
`;

Deno.test("every write that returned is there after keeper and server were killed", async () => {
  await withProject("echo x >x", async (m) => {
    for (const which of ["both", "keeper", "both"] as const) {
      const done = await withConversation(["-c", WRITER], { cwd: m.mount }, async (writer) => {
        const before = await writer.ask(300);
        assert.equal(before, 300);
        const working = writer.ask(1_000_000);
        working.catch(() => {});
        await until("it is at work", async () => (await Deno.stat(m.path("log"))).size > 350 * 9);
        await crash(m, which);
        return await working;
      });
      assert.ok(done > 300, `only ${done} writes`);
      await m.start();
      const lines = (await Deno.readTextFile(m.path("log"))).trimEnd().split("\n");
      // One more may have been carried out and not answered.
      assert.ok(lines.length === done || lines.length === done + 1, `${lines.length} of ${done}`);
      lines.forEach((line, i) => assert.equal(Number(line), i));
      const names = await Array.fromAsync(Deno.readDir(m.mount), ({ name }) => name);
      const made = names.filter((name) => name.startsWith("made")).length;
      assert.ok(made === done || made === done + 1, `${made} directories of ${done}`);
      await m.ctl("rollback", "initial", "--force-large");
    }
  }, OPTIONS);
});

Deno.test("a crash during the import: the next start imports again", async () => {
  const project =
    "for i in $(seq 60); do head -c 2000000 /dev/urandom >f$i; done; mkdir d; echo x >d/x";
  await withProject(project, async (m) => {
    const source = await manifestOf(m.project, { inodes: true });
    await Deno.writeTextFile(m.path("d/x"), "changed during the import");
    await Deno.remove(m.path("f1"));
    await crash(m);
    await m.start();
    await m.imported();
    assert.equal(await Deno.readTextFile(m.path("d/x")), "changed during the import");
    await assert.rejects(Deno.lstat(m.path("f1")), Deno.errors.NotFound);
    await m.ctl("rollback", "initial");
    assertSame(await manifestOf(m.mount, { inodes: true }), source, "initial");
  }, { ...OPTIONS, imported: false });
});

Deno.test("a crash during a checkpoint or a rollback: one side of it or the other, and no data lost", async () => {
  const project =
    "mkdir d; for i in $(seq 300); do echo $i >d/f$i; done; head -c 3000000 /dev/urandom >big";
  await withProject(project, async (m) => {
    const initial = await manifestOf(m.mount, { inodes: true });
    for (let round = 0; round < 8; round++) {
      await shell(
        `head -c 20000000 /dev/urandom >new; for i in $(seq ${
          round + 1
        } 7 300); do echo ${round} >>d/f$i; done
         dd if=/dev/urandom of=big bs=1000 seek=${
          round * 100
        } count=300 conv=notrunc status=none; rm d/f${round + 100}`,
        { cwd: m.mount },
      );
      const changed = await manifestOf(m.mount, { inodes: true });
      const what = round % 2 === 0 ? ["checkpoint", `round ${round}`] : ["rollback", "initial"];
      const running = m.run(["-C", m.project, ...what]);
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 250));
      await crash(m);
      const { code } = await running;
      await m.start();
      const now = await manifestOf(m.mount, { inodes: true });
      if (what[0] === "checkpoint") {
        assertSame(now, changed, "After a crash during a checkpoint");
        const { head } = await m.status();
        if (code === 0) assert.equal(head!.label, what[1]);
      } else if (code === 0 || !now.has("new")) {
        assertSame(now, initial, "After a crash at the end of a rollback");
        // The safety checkpoint has what was there before.
        await m.ctl("undo");
        assertSame(await manifestOf(m.mount, { inodes: true }), changed, "After undo");
      } else {
        assertSame(now, changed, "After a crash during a rollback");
      }
      await m.ctl("rollback", "initial");
      assertSame(await manifestOf(m.mount, { inodes: true }), initial, "initial");
    }
  }, OPTIONS);
});
