/**
 * A server that dies in the middle of an apply: the next command says so, and finishes it or takes it back.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { ApplyReport } from "../../src/control/service/project.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, until } from "../support/process.ts";

const FILES = 600;
const PROJECT = `mkdir d; for i in $(seq ${FILES}); do echo $i >d/$i; done; echo a >kept`;

/** Changes every file in the mount, and kills the server while they are applied. */
async function interrupt(m: Mounted): Promise<void> {
  await shell(`for i in $(seq ${FILES}); do echo x$i >d/$i; done; rm -r d/1*; echo new >new`, {
    cwd: m.mount,
  });
  await m.ctl("checkpoint", "all");
  const { serverPid } = await m.status();
  const plan = join(m.store, "applying.json");
  const applied = m.run(["-C", m.project, "--json", "apply", "--force-large"]);
  await until("the apply has begun", () => Deno.stat(plan).then(() => true, () => false), 20_000);
  Deno.kill(serverPid, "SIGKILL");
  await applied;
  assert.ok((await Deno.stat(plan)).isFile, "The apply was over before the server was killed");
  await m.anotherServer(serverPid);
  const refused = await m.refused("apply");
  assert.equal(refused.code, "apply_unfinished");
  assert.match(refused.hint!, /apply --continue/);
  assert.equal((await m.refused("refresh")).code, "apply_unfinished");
}

async function content(directory: string): Promise<string> {
  return await shell("find . -name .agentvfs -prune -o -type f -exec sha256sum {} + | sort", {
    cwd: directory,
  });
}

const OPTIONS = { allowedLog: [/server/i] };

Deno.test("an apply that a crash interrupted is finished", () =>
  withProject(PROJECT, async (m) => {
    await interrupt(m);
    const report: ApplyReport = await m.ctl("apply", "--continue");
    assert.equal(report.state, "applied");
    assert.equal(await content(m.project), await content(m.mount));
    assert.equal((await m.ctl("apply")).state, "unchanged");
    await m.ctl("undo");
    assert.equal(await Deno.readTextFile(join(m.project, "d/1")), "1\n");
  }, OPTIONS));

Deno.test("an apply that a crash interrupted is taken back", () =>
  withProject(PROJECT, async (m) => {
    const before = await content(m.project);
    await interrupt(m);
    const report: ApplyReport = await m.ctl("apply", "--abort");
    assert.equal(report.state, "aborted");
    assert.equal(await content(m.project), before);
    // It is offered again.
    assert.ok((await m.ctl("apply", "--dry-run")).changed.modified > 400);
  }, OPTIONS));
