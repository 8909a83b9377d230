/**
 * What the server needs does not grow with what it is asked. tests/soak/memory.ts is the long run.
 */

import assert from "node:assert/strict";
import type { ThreadMemory } from "../../src/control/service/daemon.ts";
import { withProject } from "../support/mounted.ts";
import { shell } from "../support/process.ts";

/** Names of 200 bytes: what the kernel has to forget in a rollback is a message of some 75 KiB. */
const NAMES = `for i in $(seq 600); do echo >$(printf 'name-%0195d' $i); done`;
const ROLLBACKS = 20;
/** Each of those messages that is kept is a twentieth of 1.5 MiB. */
const GROWTH_BYTES = 768 * 1024;

function needed({ heapBytes, externalBytes }: ThreadMemory): number {
  return heapBytes + externalBytes;
}

Deno.test("answers of the fs thread are not kept", async () => {
  await withProject("mkdir empty", async (m) => {
    const client = await m.connect();
    await client.checkpoint({ label: "empty" });
    await shell(`mkdir full; cd full; ${NAMES}`, { cwd: m.mount });
    await client.checkpoint({ label: "full" });
    const thereAndBack = async () => {
      for (const ref of ["empty", "full"]) {
        await client.rollback({ ref });
        // The kernel looks all the names up, so it has to be told to forget them.
        await shell("ls -lU . full/ >/dev/null || true", { cwd: m.mount });
      }
    };
    await thereAndBack();
    const before = (await client.memory({ collect: true })).threads;
    for (let i = 0; i < ROLLBACKS / 2; i++) await thereAndBack();
    const after = (await client.memory({ collect: true })).threads;
    client.close();
    for (const name of ["main", "fs", "background"] as const) {
      const growth = needed(after[name]) - needed(before[name]);
      assert.ok(growth < GROWTH_BYTES, `The ${name} thread needs ${growth} bytes more`);
    }
    assert.deepEqual(after.fs.counts.nodes, before.fs.counts.nodes);
  });
});

Deno.test("of a branch that is gone nothing is kept", async () => {
  await withProject("mkdir a; echo b >a/b", async (m) => {
    const client = await m.connect();
    const counts = async () => {
      const { main, fs } = (await client.memory({ collect: true })).threads;
      const { openBranches } = main.counts;
      const { views, segments, orphans, captures } = fs.counts;
      return { openBranches, views, segments, orphans, captures };
    };
    const before = await counts();
    for (let i = 0; i < 10; i++) {
      await client.createBranch({ name: "other" });
      const script = "cd .agentvfs/branches/other; ls -lR . >/dev/null; echo c >>a/b";
      await shell(script, { cwd: m.mount });
      await client.deleteBranch({ name: "other", force: true });
    }
    assert.deepEqual(await counts(), before);
    client.close();
  });
});
