/**
 * Runs pjdfstest on a disk and in a mount at the same time and compares case by case:
 *
 *     deno run -A tests/posix/pjdfstest.ts CHECKOUT [PATTERN]
 *
 * CHECKOUT is a directory with the suite, already built; PATTERN picks test files. Needs root. The suite
 * knows what ext4 promises beyond POSIX (that a rename sets ctime) by the name `df` gives, so the mount is
 * called ext4 for it. Exit code 1 if a case passes on the disk and not in the mount.
 *
 * @module
 */

import { join, relative } from "node:path";
import { withProject } from "../support/mounted.ts";
import { run } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { FOR_OTHERS, openToOthers } from "./open_to_others.ts";
import { referenceDirectory } from "./reference_directory.ts";

/** Longest time of one test file, ms. Some wait for the clock to go on, second by second. */
const FILE_DEADLINE_MS = 300_000;
const SUITE_DEADLINE_MS = 3_600_000;

/** Case number to what the suite printed about it. */
type Cases = Map<number, string>;

export interface Totals {
  cases: number;
  passed: number;
}

async function main(checkout: string, pattern: RegExp): Promise<boolean> {
  const found: PjdfstestReport[] = [];
  const reference = await referenceDirectory();
  await withProject(":", async (mounted) => {
    await openToOthers(mounted);
    await Deno.chmod(mounted.mount, 0o755);
    found.push(await pjdfstest(checkout, pattern, [reference.path, mounted.mount]));
    const before = (await mounted.status()).import;
    await mounted.ctl("checkpoint", "after the suite");
    const { stdout } = await run(["du", "-sk", mounted.store]);
    console.log(`store after the suite: ${parseInt(stdout)} KiB (${before.state})`);
  }, { arguments: FOR_OTHERS, deadlineMs: SUITE_DEADLINE_MS }).finally(reference.end);
  const [{ files, disk, mount, differences }] = found as [PjdfstestReport];
  for (const { line } of differences) console.log(line);
  console.log(`disk:  ${disk.passed} of ${disk.cases} cases pass, in ${files} files`);
  console.log(`mount: ${mount.passed} of ${mount.cases} cases pass; ${differences.length} differ`);
  return differences.length === 0;
}

export interface PjdfstestReport {
  readonly files: number;
  readonly disk: Totals;
  readonly mount: Totals;
  /** Cases that pass in one of the places only. */
  readonly differences: readonly { readonly file: string; readonly line: string }[];
}

/** Runs the files of the suite that match, in a directory of each of the two places: a disk, and a mount. */
export async function pjdfstest(
  checkout: string,
  pattern: RegExp,
  [disk, mount]: readonly [disk: string, mount: string],
): Promise<PjdfstestReport> {
  const files = [...testFiles(join(checkout, "tests"))].filter((file) => pattern.test(file));
  const totals = { disk: { cases: 0, passed: 0 }, mount: { cases: 0, passed: 0 } };
  const differences: { file: string; line: string }[] = [];
  await withTemporary(async (shim) => {
    await Deno.chmod(shim, 0o755);
    await writeShim(shim);
    const places = [disk, mount].map((place) => join(place, "pjdfstest"));
    for (const place of places) await Deno.mkdir(place);
    for (const file of files) {
      const [disk, mount] = await Promise.all(
        places.map((place) => runFile(join(checkout, "tests", file), place, shim)),
      );
      add(totals.disk, disk!);
      add(totals.mount, mount!);
      for (const line of compare(file, disk!, mount!)) differences.push({ file, line });
    }
  });
  return { files: files.length, ...totals, differences };
}

function* testFiles(root: string, directory = root): Generator<string> {
  const entries = [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    const path = join(directory, name);
    if (isDirectory) yield* testFiles(root, path);
    else if (name.endsWith(".t")) yield relative(root, path);
  }
}

/** A `df` that calls whatever it is asked about ext4. */
async function writeShim(directory: string): Promise<void> {
  const path = join(directory, "df");
  await Deno.writeTextFile(path, "#!/bin/sh\nprintf 'Filesystem Type\\nany ext4 1 1 1 1%% .\\n'\n");
  await Deno.chmod(path, 0o755);
}

async function runFile(file: string, cwd: string, shim: string): Promise<Cases> {
  const env = { PATH: `${shim}:${Deno.env.get("PATH")}` };
  const outcome = await run(["sh", file], { cwd, env, deadlineMs: FILE_DEADLINE_MS });
  const cases: Cases = new Map();
  let planned = 0;
  for (const line of outcome.stdout.split("\n")) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan !== null) planned = Number(plan[1]);
    const result = /^(?:not )?ok (\d+)/.exec(line);
    if (result !== null) cases.set(Number(result[1]), line);
  }
  for (let i = 1; i <= planned; i++) if (!cases.has(i)) cases.set(i, `not ok ${i} - no result`);
  return cases;
}

/** What the suite itself marks as to be done counts as passed, as prove(1) has it. */
function isPassed(line: string | undefined): boolean {
  return line !== undefined && (line.startsWith("ok") || line.includes("# TODO"));
}

function add(totals: Totals, cases: Cases): void {
  totals.cases += cases.size;
  totals.passed += [...cases.values()].filter(isPassed).length;
}

function* compare(file: string, disk: Cases, mount: Cases): Generator<string> {
  for (const number of new Set([...disk.keys(), ...mount.keys()])) {
    const [was, is] = [disk.get(number), mount.get(number)];
    if (isPassed(was) !== isPassed(is)) yield `${file} ${number}: disk: ${was}; mount: ${is}`;
  }
}

if (import.meta.main) {
  const [checkout, pattern = ""] = Deno.args;
  if (checkout === undefined) {
    console.error("Usage: deno run -A tests/posix/pjdfstest.ts CHECKOUT [PATTERN]");
    Deno.exit(2);
  }
  Deno.exit(await main(checkout, new RegExp(pattern)) ? 0 : 1);
}
