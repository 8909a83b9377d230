/** Real programs in a mount that is served by the code for macOS. */

import assert from "node:assert/strict";
import { bridgedChecks } from "../macos/bridged_checks.ts";
import { withBridged } from "../macos/bridged.ts";
import { shell } from "../support/process.ts";

Deno.test("git works in a mount that speaks macOS's dialect", async () => {
  await withBridged(async (path) => {
    const printed = await shell(
      `
      cd ${path}
      git init -q project && cd project
      git config user.name A && git config user.email a@b
      for i in $(seq 300); do mkdir -p d$((i % 20)) && echo $i >d$((i % 20))/f$i; done
      git add . && git commit -qm one
      git mv d1 moved && rm -r d2 && ln -s moved link && git add -A && git commit -qm two
      git clone -q . ../clone && cd ../clone && git checkout -q HEAD~1
      git fsck --full --strict && git status --porcelain && ls d1 | wc -l && git ls-files | wc -l
    `,
      { deadlineMs: 60_000 },
    );
    assert.equal(printed.trim(), "15\n300");
  });
});

/** All of them are part of `deno task test:macos`. */
const SOME = /rename|unlink|listing|directory|append|truncat/;

Deno.test("system calls are answered as on a disk by the code for macOS", async () => {
  const { checks, differing } = await bridgedChecks(SOME);
  assert.deepEqual(differing, []);
  assert.ok(checks >= 40, `${checks} checks`);
});
