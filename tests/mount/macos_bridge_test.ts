/** Real programs in a mount that is served by the code for macOS. */

import assert from "node:assert/strict";
import { bridgedChecks } from "../macos/bridged_checks.ts";
import { withBridged } from "../macos/bridged.ts";
import { randomWork } from "../macos/random_work.ts";
import { randomness, SEED } from "../support/random.ts";
import { gitWork } from "../support/systems/git_work.ts";
import { withTemporary } from "../support/temporary.ts";

Deno.test("git works in a mount that speaks macOS's dialect", async () => {
  await withBridged((path) => gitWork(path, 300));
});

/** All of them are part of `deno task test:macos`. */
const SOME = /rename|unlink|listing|directory|append|truncat/;

Deno.test("system calls are answered as on a disk by the code for macOS", async () => {
  const { checks, differing } = await bridgedChecks(SOME);
  assert.deepEqual(differing, []);
  assert.ok(checks >= 40, `${checks} checks`);
});

Deno.test("random operations are answered as on a disk by the code for macOS", () =>
  withTemporary(async (disk) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    await withBridged((path) => randomWork(path, disk, randomness(SEED), 8), { seed: SEED });
  }));
