/** An agent on a disk that is full: it goes on, and hears that what it does is not recorded. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { type Hook, PATIENT, tell } from "../support/agent_hooks.ts";
import { withMount } from "../support/mounted.ts";
import { shell } from "../support/process.ts";
import { withSmallDisk } from "../support/small_disk.ts";

const hook = (name: string, more: Hook = {}): Hook => ({
  session_id: "s",
  transcript_path: "/nowhere",
  cwd: "/",
  hook_event_name: name,
  ...more,
});
const call = (name: string, n: number) =>
  hook(name, {
    tool_name: "Bash",
    tool_input: { command: `call ${n}` },
    tool_use_id: `toolu_${n}`,
  });

Deno.test("what cannot be recorded is told once, and recorded when it can be", () =>
  withSmallDisk("tmpfs", async ({ project, disk }) => {
    const options = {
      ...PATIENT,
      arguments: ["--store", join(disk, "store")],
      allowedLog: [/no space left/i, /not recorded/],
    };
    await withMount(project, async (m) => {
      const done = async (n: number, script: string) => {
        await tell(m.mount, call("PreToolUse", n));
        await shell(`${script} || true`, { cwd: m.mount });
        return await tell(m.mount, call("PostToolUse", n));
      };
      assert.match(await tell(m.mount, hook("SessionStart", { source: "startup" })), /branch main/);
      assert.equal(await done(1, "echo one >one"), "");
      const full = "for i in $(seq 40); do head -c 1M /dev/urandom >big$i || break; done";
      const told = await done(2, full);
      assert.match(told, /could not be recorded \(.*space.*\)/i);
      assert.equal(await done(3, "echo three >three"), "");
      assert.equal(await done(4, "rm -f big*"), "");
      await m.ctl("gc");
      assert.equal(await done(5, "echo five >five"), "");
      const { entries } = await m.ctl("log");
      assert.equal(entries[0].details.call, "toolu_5");
    }, options);
  }));
