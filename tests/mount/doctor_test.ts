/**
 * doctor tells what a mount agreed on with the kernel, and what keeps one from being made.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { PROGRAM } from "../support/program.ts";
import { withTemporary } from "../support/temporary.ts";

interface Check {
  readonly name: string;
  readonly state: string;
  readonly found: string;
}

Deno.test("doctor shows each rule that status has, and what it means", async () => {
  await withProject("echo x >file", async (m) => {
    const { checks } = await m.ctl("doctor") as { checks: Check[] };
    const { caches } = await m.status();
    for (const [name, on] of Object.entries(caches)) {
      const check = checks.find((check) => check.name === name);
      assert.equal(check?.state, on ? "ok" : "warn", name);
      assert.notEqual(check?.found, on ? "on" : "off", `${name} is not explained`);
    }
    assert.match(checks.find(({ name }) => name === "caching")!.found, /mount/);
    for (const source of ["ebpf", "fanotify"]) {
      assert.match(checks.find(({ name }) => name === source)!.found, /events/);
    }
    assert.ok(caches["no-open"] && caches["readdirplus"]);
  });
});

Deno.test({
  name: "doctor finds that root may not mount, as in a container",
  ignore: Deno.uid() !== 0,
  fn: () =>
    withTemporary(async (state) => {
      const without = ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"];
      const rights = async (...how: string[]) => {
        const { code, stdout } = await run(["setpriv", ...how, ...PROGRAM, "--json", "doctor"], {
          env: { AGENTVFS_STATE_DIR: state },
        });
        const { checks } = JSON.parse(stdout) as { checks: Check[] };
        return { code, found: checks.find(({ name }) => name === "rights")?.found ?? "" };
      };
      const root = await rights(...without);
      assert.equal(root.code, 4);
      assert.match(root.found, /root may not mount here/);
      assert.equal((await rights("--no-new-privs")).found, "", "root needs no helper");
    }),
});
