/**
 * A program that looks up names one by one gets most of them without asking: the kernel is told the rest.
 */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { until } from "../support/process.ts";

const NAMES = 200;
/** Lookups of one directory after which it is listed. */
const FIRST = 7;

/** Whether a process has a directory open. */
function hasOpen(pid: number, path: string): boolean {
  const files = `/proc/${pid}/fd`;
  return [...Deno.readDirSync(files)].some(({ name }) => {
    try {
      return Deno.readLinkSync(`${files}/${name}`) === path;
    } catch {
      return false; // it was closed
    }
  });
}

Deno.test("after a few lookups in a directory the kernel knows all its names", async () => {
  const project = `mkdir -p a/d; for i in $(seq ${NAMES}); do echo $i >a/d/f$i; done`;
  await withProject(project, async (m) => {
    const stat = (from: number, to: number) => {
      for (let i = from; i <= to; i++) Deno.lstatSync(m.path("a", "d", `f${i}`));
    };
    stat(1, FIRST);
    await until("the directory is listed", async () => await m.count("READDIRPLUS") > 0);
    const { serverPid } = await m.status();
    await until("the listing ends", () => !hasOpen(serverPid, m.path("a", "d")));
    const lookups = await m.count("LOOKUP");
    stat(1, NAMES);
    assert.equal(await m.count("LOOKUP"), lookups);
  });
});

Deno.test("a mount whose directories were listed for somebody is not busy", async () => {
  const project =
    "mkdir d{1..20}; for d in d*; do for i in $(seq 50); do echo $i >$d/f$i; done; done";
  await withProject(project, async (m) => {
    for (let d = 1; d <= 20; d++) {
      for (let i = 1; i <= 10; i++) Deno.lstatSync(m.path(`d${d}`, `f${i}`));
    }
    assert.equal((await m.run(["-C", m.project, "--json", "stop"])).code, 0);
  });
});
