/**
 * Real programs on a mount that the code for Windows serves, for longer than the tests have time: make, sqlite3 and rsync, all
 * checks of system calls, and random operations with rollbacks, branches and merges. `--random N` rounds of each of
 * `--seeds N`, from `--seed N`; `--only PATTERN` of checks. Ends with exit code 1 where something
 * differs that a volume of Windows could have; what it cannot have is in docs/platforms.md.
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import type { Report } from "../../posix/main.ts";
import { referenceDirectory } from "../../posix/reference_directory.ts";
import { run } from "../../support/process.ts";
import { randomness, SEED } from "../../support/random.ts";
import { PROGRAM_NAMES, programWork } from "../../support/systems/program_work.ts";
import { withTemporary } from "../../support/temporary.ts";
import { withBridged } from "./bridged.ts";
import { randomWork } from "./random_work.ts";

/** Checks of what the driver has no words for, or says in others. The mode of what is made is set after it was made. */
const NOT_OF_WINDOWS = new RegExp(
  [
    ...["nameless", "O_TMPFILE", "O_PATH", "fallocate", "lseek", "blocks count", "100 GiB"],
    ...["chown of nothing", "trusted, security", "exchange", "links? (from|of|counts|onto)"],
    ...["linked", "one name of a file", "not the name", "have one winner", "over a twin"],
    ...["removed directory through", "directory that is gone", "current directory may"],
    ...["fifos, sockets", "a new file's times", "extended attributes are set, read"],
  ].join("|"),
);

/** Lines of checks that are about second names, exchanges, and sizes that no disk has. */
const NOT_LINES: readonly (readonly [check: RegExp, line: RegExp])[] = [
  [/onto everything$/, /^\s*(8[4-9]|9\d): /],
  [/^rename keeps inode numbers/, /exchanged: /],
  [/^truncate of what cannot be/, /too large: /],
  [/^(every call|a name with|which times|times set)/, /: disk "(link|rename|link from|link to): /],
];

/** In lines that differ: link counts, second names, times finer than 100 ns. */
const NOT_COMPARED: readonly (readonly [check: RegExp, what: RegExp, by: string])[] = [
  [/./, / nlink \d+/g, ""],
  [/./, /twin \S+/g, "twin"],
  [/./, /(link count[^:]*|linked): \d+/g, "$1"],
  [/^utimensat|^times set by hand/, /\d{1,2}(?=\D|$)/g, "00"],
];

const { values } = parseArgs({
  options: {
    random: { type: "string", default: "20" },
    seeds: { type: "string", default: "4" },
    seed: { type: "string" },
    only: { type: "string", default: "" },
  },
});

const failures: string[] = [];
await withBridged(async ({ path }) => {
  for (const name of PROGRAM_NAMES) await step(name, () => programWork(path, name));
});
await step("checks of system calls", checks);
const first = Number(values.seed ?? SEED);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  await step(
    `random operations, seed ${seed}`,
    () =>
      withTemporary((directory) =>
        withBridged(async (bridged) => {
          await Deno.mkdir(`${directory}/disk`);
          await randomWork(bridged, `${directory}/disk`, randomness(seed), Number(values.random));
        })
      ),
  );
}
console.log(failures.length === 0 ? "All as it should be" : `${failures.length} failed`);
Deno.exit(failures.length === 0 ? 0 : 1);

async function step(what: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    console.log(`ok: ${what}`);
  } catch (error) {
    failures.push(what);
    console.log(`FAILED: ${what}: ${error instanceof Error ? error.message : error}`);
  }
}

async function checks(): Promise<void> {
  const uid = 65534;
  await withBridged(async ({ path }) => {
    const reference = await referenceDirectory();
    try {
      const places = [reference.path, path].map((place) => `${place}/checks`);
      for (const place of places) {
        await Deno.mkdir(place);
        await Deno.chown(place, uid, uid);
      }
      const main = fileURLToPath(new URL("../../posix/main.ts", import.meta.url));
      const { stdout, stderr } = await run([
        ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check", main, ...places, "--json"],
        ...["--as", String(uid), "--only", values.only],
      ], { deadlineMs: 600_000 });
      assert.ok(stdout.startsWith("{"), stderr);
      const { unexpected, checks } = JSON.parse(stdout) as Report;
      const different = unexpected.filter(({ check }) => !NOT_OF_WINDOWS.test(check))
        .map(({ check, lines }) => ({ check, lines: lines.filter((line) => differs(check, line)) }))
        .filter(({ lines }) => lines.length > 0);
      assert.deepEqual(different, []);
      assert.ok(checks >= (values.only === "" ? 260 : 1), `${checks} checks`);
    } finally {
      await reference.end();
    }
  }, { owner: { uid, gid: uid } });
}

function differs(check: string, line: string): boolean {
  if (NOT_LINES.some(([of, what]) => of.test(check) && what.test(line))) return false;
  const sides = /disk (.*), here (.*)$/.exec(line)?.slice(1) ?? [];
  const rules = NOT_COMPARED.filter(([of]) => of.test(check));
  const [disk, here] = sides.map((text) =>
    rules.reduce((said, [, what, by]) => said.replace(what, by), text)
  );
  return disk !== here;
}
