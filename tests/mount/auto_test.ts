/**
 * Checkpoints that nobody asks for: before very much is deleted, after a quiet moment, by timer.
 */

import assert from "node:assert/strict";
import type { ControlClient } from "../../src/control/client.ts";
import type { LogEntry } from "../../src/control/service/history.ts";
import { PATIENT, tell } from "../support/agent_hooks.ts";
import { withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";

async function made(c: ControlClient, moment: string, branch = "main"): Promise<LogEntry[]> {
  const { entries } = await c.log({ branch });
  return entries.filter(({ details }) => details?.moment === moment);
}

/** Waits for the newest that there was not before. */
function another(c: ControlClient, moment: string, before = 0, branch = "main"): Promise<LogEntry> {
  return until(`a checkpoint ${moment}`, async () => {
    const entries = await made(c, moment, branch);
    return entries.length > before && entries[0];
  });
}

const BUILD = "mkdir -p new/sub; for i in $(seq 60); do echo $i >new/sub/f$i; done";

Deno.test("what was not recorded is recorded before very much is deleted", async () => {
  await withProject("mkdir old; for i in $(seq 60); do echo $i >old/f$i; done", async (m) => {
    using c = await m.connect();
    const cwd = m.mount;
    // All of it was imported: nothing can be lost.
    await shell("rm -r old/f1*", { cwd });
    await c.rollback({ ref: "initial" });
    await shell("rm -r old", { cwd });
    assert.deepEqual(await made(c, "deletion"), []);
    await c.checkpoint({ label: "without old" });
    await shell(BUILD, { cwd });
    await shell("echo kept >kept; rm -r new; echo after >after", { cwd });
    const { id, changed } = await another(c, "deletion");
    // Also what had gone before that was seen: the two directories, the sixty files, and the one that is kept.
    assert.deepEqual(changed, { added: 63, modified: 0, deleted: 0 });
    await c.checkpoint({ label: "after" });
    const { changes } = await c.show({ ref: "after" });
    assert.deepEqual(changes.map(({ status, path }) => status + path).slice(0, 2), [
      "Aafter",
      "Dnew",
    ]);
    await c.restore({ paths: ["new"], from: id });
    const back = (await shell("cat new/sub/*", { cwd })).trim().split("\n").map(Number);
    assert.deepEqual(back.sort((a, b) => a - b), Array.from({ length: 60 }, (_, i) => i + 1));
    assert.equal((await c.verify({})).clean, true);
    // Another number, from now on and for the next server, also while the capture is not stored.
    await c.auto({ policy: "mass-delete:3" });
    const { serverPid } = await m.status();
    await shell(`${BUILD}; rm -r new`, { cwd });
    Deno.kill(serverPid, "SIGKILL");
    await m.anotherServer(serverPid);
    assert.equal((await m.status()).auto, "mass-delete:3");
    assert.equal(await shell("ls", { cwd }), "after\nkept\n");
    using next = await m.connect();
    await next.checkpoint({});
    const before = (await made(next, "deletion")).length;
    await shell(`${BUILD}; rm -r new`, { cwd });
    assert.equal((await another(next, "deletion", before)).changed!.added, 62);
    assert.equal((await next.verify({})).clean, true);
  }, { allowedLog: [/SIGKILL/] });
});

Deno.test("what a call deletes is the call's, and the call can be taken out as a whole", async () => {
  await withProject("echo one >file", async (m) => {
    using c = await m.connect();
    const call = { session_id: "s", tool_name: "Bash", tool_use_id: "toolu_1", tool_input: {} };
    await tell(m.mount, { ...call, hook_event_name: "PreToolUse" });
    await shell(`echo two >file; ${BUILD}; rm -r new; echo made >made`, { cwd: m.mount });
    assert.equal((await another(c, "deletion")).agent, "claude");
    await tell(m.mount, { ...call, hook_event_name: "PostToolUse", tool_response: {} });
    const shown = await c.show({ ref: "toolu_1" });
    assert.deepEqual(shown.changes.map(({ status, path }) => status + path), ["Mfile", "Amade"]);
    await c.undo({ ref: "toolu_1" });
    assert.equal(await shell("cat *", { cwd: m.mount }), "one\n");
  }, PATIENT);
});

Deno.test("a quiet moment and a timer record what was changed, once, and not what a call is changing", async () => {
  await withProject("echo one >file", async (m) => {
    using c = await m.connect();
    const { path } = await c.createBranch({ name: "b" });
    for (const [moment, policy] of [["quiet", "quiet:200ms"], ["timer", "timer:150ms"]]) {
      await c.auto({ policy: policy! });
      await Deno.writeTextFile(m.path("file"), moment!);
      assert.equal((await another(c, moment!)).changed!.modified, 1);
      // While others come, what a call has changed stays for the call.
      await tell(m.mount, {
        session_id: "s",
        hook_event_name: "PreToolUse",
        tool_name: "Bash",
        tool_use_id: "toolu_1",
      });
      await Deno.writeTextFile(m.path("file"), `${moment} by the call`);
      for (let i = 0; i < 2; i++) {
        await Deno.writeTextFile(`${path}/file`, `${moment} ${i}`);
        await another(c, moment!, i, "b");
      }
      await tell(m.mount, { session_id: "s", hook_event_name: "Stop" });
      assert.equal((await made(c, moment!)).length, 1);
      await c.checkpoint({});
    }
  }, PATIENT);
});

Deno.test("when to record is said at the start, kept, and changed while it runs", async () => {
  await withProject("echo one >file", async (m) => {
    using c = await m.connect();
    assert.equal((await m.status()).auto, "calls,timer:1h");
    const shown = await m.run(["-C", m.project, "auto"]);
    assert.equal(shown.stdout, "calls,timer:1h\n");
    assert.equal((await m.ctl("auto", "off")).policy, "off");
    await Deno.writeTextFile(m.path("file"), "two");
    const call = { session_id: "s", tool_name: "Bash", tool_use_id: "toolu_1", tool_input: {} };
    await tell(m.mount, { ...call, hook_event_name: "PostToolUse", tool_response: {} });
    assert.equal((await c.log({})).entries.length, 1);
    const bad = await m.run(["-C", m.project, "auto", "sometimes"]);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /"sometimes" is none of off, all, calls, quiet:TIME/);
    await m.stop();
    const again = await m.run(["quickstart", m.project, "--json"]);
    assert.equal(JSON.parse(again.stdout).auto, "off");
    // One that runs is told, too.
    const told = await m.run(["quickstart", m.project, "--auto", "all", "--json"]);
    assert.equal(JSON.parse(told.stdout).auto, "calls,quiet:30s,mass-delete:50,timer:5m");
  }, { ...PATIENT, arguments: ["--auto", "calls,timer:1h"] });
});
