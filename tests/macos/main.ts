/**
 * The code for macOS for longer, on Linux as root: some ten minutes, and as many for pjdfstest. Prints a line for each thing
 * tried.
 *
 * ```sh
 * deno task test:macos [--sequences 40] [--git 300] [--random 8] [--kills 40] [--seed N] [--pjdfstest CHECKOUT [--only PATTERN]]
 * ```
 *
 * CHECKOUT is a directory with pjdfstest, already built. Cases that differ from a disk are failures, but for the files that
 * have a reason (`pjdfstest_exclusions.ts`).
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { runGit } from "../posix/git_random.ts";
import { pjdfstest } from "../posix/pjdfstest.ts";
import { referenceDirectory } from "../posix/reference_directory.ts";
import { succeed } from "../support/process.ts";
import { randomness, SEED } from "../support/random.ts";
import { PROGRAM_NAMES, programWork } from "../support/systems/program_work.ts";
import { withTemporary } from "../support/temporary.ts";
import { withBridged } from "./bridged.ts";
import { withKills } from "./kill_daemon.ts";
import { bridgedChecks } from "./bridged_checks.ts";
import { PJDFSTEST_EXCLUSIONS } from "./pjdfstest_exclusions.ts";
import { randomWork } from "./random_work.ts";
import { playSequences, SHAPES } from "./sequences.ts";

const STEPS = 60;
const ROUNDS = 20;

const { values } = parseArgs({
  options: {
    sequences: { type: "string", default: "40" },
    git: { type: "string", default: "300" },
    random: { type: "string", default: "8" },
    kills: { type: "string", default: "40" },
    seed: { type: "string", default: String(SEED) },
    pjdfstest: { type: "string" },
    only: { type: "string", default: "" },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);

let failures = 0;

async function tried(what: string, does: () => Promise<string> | string): Promise<void> {
  try {
    console.log(`ok      ${what}: ${await does()}`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${what}: ${error instanceof Error ? error.stack : error}`);
  }
}

for (const shape of SHAPES) {
  await tried(`sequences, ${shape.name}`, () => {
    const kills = playSequences(shape, Number(values.sequences), STEPS, seed);
    return `${values.sequences} of ${STEPS} steps, ${kills} kills`;
  });
}

await tried("checks of system calls", async () => {
  const { checks, differing, excluded } = await bridgedChecks(/(?:)/);
  assert.deepEqual(differing, []);
  return `${checks}, ${excluded.length} of them need what the dialect has not`;
});

await tried("git at random, beside a disk", async () => {
  const [disk, mount] = await besideDisk((path) => runGit(path, Number(values.git), seed));
  assert.deepEqual(mount, disk);
  return `${values.git} commands, the same refs and files`;
});

await withBridged(async (path) => {
  for (const name of PROGRAM_NAMES) {
    await tried(name, async () => {
      await programWork(path, name);
      return "as on a disk";
    });
  }
});

for (let i = 0; i < Number(values.random); i++) {
  await tried(`random operations beside a disk, seed ${seed + i}`, async () => {
    await withTemporary((disk) =>
      withBridged((path) => randomWork(path, disk, randomness(seed + i), ROUNDS), {
        seed: seed + i,
      })
    );
    return `${ROUNDS} rounds`;
  });
}

await withKills(async (kill) => {
  for (const what of ["server", "everything"] as const) {
    await tried(`daemon under work, ${what} killed`, async () => {
      const { kills, operations } = await kill({ cycles: Number(values.kills), seed, what });
      return `${kills} kills, ${operations} operations, nothing lost`;
    });
  }
});

if (values.pjdfstest !== undefined) {
  const checkout = values.pjdfstest;
  await tried("pjdfstest, beside a disk", async () => {
    const reference = await referenceDirectory();
    try {
      let told = "";
      await withBridged(async (path) => {
        await succeed(["mount", "-o", "remount,bind,suid,dev", path]);
        const { files, disk, mount, differences } = await pjdfstest(
          checkout,
          new RegExp(values.only),
          [reference.path, path],
        );
        const others = differences.filter(({ file }) =>
          !PJDFSTEST_EXCLUSIONS.some(({ files }) => files.test(file))
        );
        assert.deepEqual(others, []);
        const excluded = new Set(differences.map(({ file }) => file)).size;
        told = `${mount.passed} of ${mount.cases} cases in ${files} files, ${disk.passed} on ` +
          `the disk; what differs is in ${excluded} files and needs several owners`;
      }, { owner: { uid: 0, gid: 0 } });
      return told;
    } finally {
      await reference.end();
    }
  });
}

/** What `work` finds on a disk and in the mount, one after the other. */
async function besideDisk<T>(work: (path: string) => Promise<T>): Promise<T[]> {
  const reference = await referenceDirectory();
  try {
    const found = [await work(reference.path)];
    await withBridged(async (path) => void found.push(await work(path)));
    return found;
  } finally {
    await reference.end();
  }
}

Deno.exit(failures === 0 ? 0 : 1);
