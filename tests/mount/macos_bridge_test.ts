/** Real programs in a mount that is served by the code for macOS. */

import assert from "node:assert/strict";
import { bridgedChecks } from "../macos/bridged_checks.ts";
import { withBridged } from "../macos/bridged.ts";
import { gitWork } from "../support/systems/git_work.ts";

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
