/** Real programs in a mount that is served by the code for macOS. */

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Report } from "../posix/main.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";
import { run, shell } from "../support/process.ts";
import { withBridged } from "../macos/bridged.ts";

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

/** Names of checks that need what macOS does not send, or what one owner of all files cannot have. */
const NOT_IN_THE_DIALECT =
  /nameless|O_TMPFILE|O_PATH|fallocate|lseek|blocks count|100 GiB|chown of nothing|trusted, security/;

/** Every check takes half a minute: `AGENTVFS_ALL_CHECKS=1` runs them. */
const SOME = /rename|unlink|listing|directory|append|truncat/;

Deno.test("system calls are answered as on a disk by the code for macOS", async () => {
  const all = Deno.env.get("AGENTVFS_ALL_CHECKS") === "1";
  const uid = 65534;
  const owner = { uid, gid: uid };
  await withBridged(async (path) => {
    const reference = await referenceDirectory();
    try {
      const places = [reference.path, path].map((place) => `${place}/checks`);
      for (const place of places) {
        await Deno.mkdir(place);
        await Deno.chown(place, uid, uid);
      }
      const main = fileURLToPath(new URL("../posix/main.ts", import.meta.url));
      const { stdout, stderr } = await run([
        ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", main, ...places, "--json"],
        ...["--as", String(uid), "--only", all ? "" : SOME.source],
      ], { deadlineMs: 120_000 });
      assert.ok(stdout.startsWith("{"), stderr);
      const { unexpected, checks } = JSON.parse(stdout) as Report;
      const others = unexpected.filter(({ check }) => !NOT_IN_THE_DIALECT.test(check));
      assert.deepEqual(others, []);
      assert.ok(checks >= (all ? 260 : 40), `${checks} checks`);
    } finally {
      await reference.end();
    }
  }, { owner });
});
