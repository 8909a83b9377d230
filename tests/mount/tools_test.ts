/** Programs that use a file system hard find in the mount what they find on a disk. */

import assert from "node:assert/strict";
import { runGit } from "../posix/git_random.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { isInstalled, succeed, until } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { SEED } from "../support/random.ts";

const POSIX = new URL("../posix/", import.meta.url).href;
const GIT_OPERATIONS = 200;
const WRITERS = 3;
const TRANSACTIONS = 150;
const FIO_BYTES = "8m";
const STRESSORS = ["dentry", "getdent", "link", "rename", "lockofd", "fpunch", "mmap", "xattr"];

/** A test that needs a program; where that is missing it is ignored, and its name says why. */
async function withProgram(
  program: string,
  name: string,
  body: (mounted: Mounted) => Promise<void>,
): Promise<void> {
  const ignore = !await isInstalled(program);
  const reason = ignore ? ` (${program} is not installed)` : "";
  const fn = () => withProject(":", body, { deadlineMs: 240_000 });
  Deno.test({ name: name + reason, ignore, fn });
}

await withProgram(
  "git",
  "random use of git gives the same commits as on a disk",
  async (mounted) => {
    console.log(`AGENTVFS_SEED=${SEED}`);
    const reference = await referenceDirectory();
    try {
      const expected = await runGit(reference.path, GIT_OPERATIONS, SEED);
      const found = await runGit(mounted.mount, GIT_OPERATIONS, SEED);
      assert.deepEqual(found, expected);
    } finally {
      await reference.end();
    }
  },
);

await withProgram(PYTHON, "processes share an SQLite database in WAL mode", async (mounted) => {
  const bank = async (...args: string[]): Promise<number> => {
    const script = scriptPath(POSIX, "sqlite_wal.py");
    const options = { deadlineMs: 180_000 };
    return JSON.parse(await succeed([PYTHON, script, ...args], options)).transactions;
  };
  const running = bank(mounted.mount, String(WRITERS), String(TRANSACTIONS));
  const labels: string[] = [];
  let ended = false;
  const done = running.finally(() => ended = true);
  done.catch(() => {});
  await until("there are accounts", async () => {
    return ended || await Deno.stat(mounted.path("ready")).then(() => true, () => false);
  });
  while (!ended) {
    labels.push(`at work ${labels.length}`);
    await mounted.ctl("checkpoint", labels.at(-1)!);
  }
  const transactions = await done;
  // What a checkpoint took in the middle is what a crash would leave: whole transactions.
  let last = 0;
  for (const label of [...labels.slice(0, -1).filter((_, i) => i % 4 === 0), labels.at(-1)!]) {
    await mounted.ctl("rollback", label);
    const recorded = await bank(mounted.mount, "--check");
    assert.ok(recorded >= last && recorded <= transactions, `${recorded} of ${transactions}`);
    last = recorded;
  }
});

await withProgram("fio", "fio reads back what it wrote, by every way to write", async (mounted) => {
  const common = [
    "--verify=crc32c",
    "--verify_fatal=1",
    "--do_verify=1",
    "--verify_state_save=0",
    `--size=${FIO_BYTES}`,
  ];
  const jobs = [
    ["--name=sequential", "--rw=write", "--bs=128k", "--ioengine=psync"],
    ["--name=random", "--rw=randwrite", "--bs=4k", "--ioengine=psync", "--fsync=64"],
    ["--name=mapped", "--rw=randrw", "--bs=4k", "--ioengine=mmap"],
    ["--name=direct", "--rw=randwrite", "--bs=8k", "--ioengine=psync", "--direct=1"],
    ["--name=odd", "--rw=randwrite", "--bsrange=512-64k", "--ioengine=psync", "--numjobs=3"],
  ];
  for (const job of jobs) {
    await succeed(["fio", `--directory=${mounted.mount}`, ...job, ...common], {
      deadlineMs: 60_000,
    });
  }
});

await withProgram("stress-ng", "stress-ng verifies what its stressors see", async (mounted) => {
  for (const stressor of STRESSORS) {
    const what = [`--${stressor}`, "2", "--verify", "--timeout", "1s", "--oomable"];
    await succeed(["stress-ng", ...what, "--temp-path", mounted.mount], { deadlineMs: 60_000 });
  }
});
