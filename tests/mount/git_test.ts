/**
 * git trusts what stat(2) says of unchanged files: in the mount at first sight, and after a rollback.
 */

import assert from "node:assert/strict";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";

/** Files of 200 KB: reading one takes at least two requests, so git's own few reads cannot hide it. */
const FILES = 150;

/** The index has to be younger than the files by more than a second, or git looks at their contents to be sure. */
const PROJECT = `
for i in $(seq ${FILES}); do mkdir -p d$((i % 7)); head -c 200000 /dev/urandom >d$((i % 7))/f$i; done
find . -type f -exec touch -d '1 hour ago' {} +
${Object.entries(GIT_ENVIRONMENT).map(([name, value]) => `export ${name}='${value}'`).join("\n")}
git init -q
git add .
git commit -q -m first
git status
`;

/** git reads its index, HEAD, configuration and a few more; one request each. */
const OWN_READS = 40;

async function statusReads(m: Mounted): Promise<{ output: string; reads: number }> {
  const before = await m.count("READ");
  const output = await succeed(["git", "status", "--porcelain"], {
    cwd: m.mount,
    env: GIT_ENVIRONMENT,
  });
  return { output, reads: await m.count("READ") - before };
}

Deno.test("git status reads no unchanged file: at first sight, after a rollback, after a restart", async () => {
  await withProject(PROJECT, async (m) => {
    const first = await statusReads(m);
    assert.equal(first.output, "");
    assert.ok(first.reads <= OWN_READS, `The first git status made ${first.reads} reads`);

    await m.ctl("checkpoint", "base");
    await shell(
      `for i in $(seq 1 20); do echo changed >d$((i % 7))/f$i; done
       git commit -q -am second; git gc -q; rm -rf d3; chmod 777 d4/f4; touch d5/f5`,
      { cwd: m.mount, env: GIT_ENVIRONMENT },
    );
    await m.ctl("rollback", "base");
    const second = await statusReads(m);
    assert.equal(second.output, "");
    assert.ok(second.reads <= OWN_READS, `After a rollback git status made ${second.reads} reads`);

    await m.restart();
    const third = await statusReads(m);
    assert.equal(third.output, "");
    assert.ok(third.reads <= OWN_READS, `After a restart git status made ${third.reads} reads`);
    await succeed(["git", "fsck", "--strict"], { cwd: m.mount, env: GIT_ENVIRONMENT });
  });
});

Deno.test("the count of reads tells when contents are read", async () => {
  await withProject(PROJECT, async (m) => {
    await shell(`find . -name 'f*' -exec touch {} +`, { cwd: m.mount });
    const { output, reads } = await statusReads(m);
    assert.equal(output, "");
    assert.ok(reads > FILES, `Looking at ${FILES} touched files took ${reads} reads`);
  });
});
