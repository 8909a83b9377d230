/** Random reads and writes of all kinds, with checkpoints and rollbacks between, against a copy in memory. */

import assert from "node:assert/strict";
import { withProject } from "../support/mounted.ts";
import { succeed } from "../support/process.ts";
import { scriptPath } from "../support/python.ts";
import { SEED } from "../support/random.ts";

const FSX = scriptPath(new URL("../posix/", import.meta.url).href, "fsx.ts");
const OPERATIONS = 20_000;
const DEADLINE_MS = 240_000;

/** Files that begin in the source: one that fits in a chunk of the store, one of several. */
const PROJECT = "head -c 100000 /dev/urandom >fsx-0; head -c 600000 /dev/urandom >fsx-1";

Deno.test(`${OPERATIONS} random operations on files leave what they should`, async () => {
  console.log(`AGENTVFS_SEED=${SEED}`);
  await withProject(PROJECT, async (mounted) => {
    const command = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", FSX];
    const options = { path: mounted.mount, ops: OPERATIONS, seed: SEED, every: 1000 };
    const args = Object.entries({ ...options, ctl: mounted.path(".agentvfs", "ctl") });
    const flags = args.flatMap(([name, value]) => [`--${name}`, String(value)]);
    const said = await succeed([...command, ...flags], { deadlineMs: DEADLINE_MS });
    const report = JSON.parse(said.trim().split("\n").at(-1)!);
    assert.equal(report.operations, OPERATIONS);
    assert.ok(report.checkpoints + report.rollbacks === OPERATIONS / 1000, said);
  }, { deadlineMs: DEADLINE_MS });
});
