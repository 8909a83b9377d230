/**
 * Runs each test file in a process of its own, some of them at once, and prints what each says when it is over:
 *
 * ```sh
 * deno run -A scripts/test_files.ts --jobs 2 --alone round_trips_test.ts tests/mount
 * ```
 *
 * A process of its own, since the environment, the current directory and locks of files belong to a process. `--alone` names
 * files, with commas between, that measure or that need the whole machine: they come last, with nothing beside them.
 * With `--whole` each argument is run by one process, for tests that are over sooner than a process has begun.
 *
 * @module
 */

import { basename, join } from "node:path";
import { parseArgs } from "node:util";

/** Longest time one process may take, also where others keep the machine busy. */
const DEADLINE_MS = 20 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: "string", default: "2" },
    alone: { type: "string", default: "" },
    whole: { type: "boolean", default: false },
  },
});
const alone = new Set(values.alone.split(",").filter((name) => name !== ""));
const files = values.whole
  ? positionals
  : positionals.flatMap((directory) => [...testFiles(directory)]).toSorted();
const isAlone = (file: string) => alone.has(basename(file));
const missing = [...alone].filter((name) => !files.some((file) => basename(file) === name));
if (missing.length > 0) throw new Error(`There is no ${missing.join(", ")} to run alone`);

const started = performance.now();
const failed: string[] = [];
await runAll(files.filter((file) => !isAlone(file)), Number(values.jobs));
await runAll(files.filter(isAlone), 1);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${files.length} runs in ${seconds} s${failed.map((file) => `\nfailed: ${file}`)}`);
Deno.exit(failed.length > 0 ? 1 : 0);

function* testFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    const path = join(directory, name);
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

async function runAll(waiting: string[], jobs: number): Promise<void> {
  const job = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await run(file);
  };
  await Promise.all(Array.from({ length: jobs }, job));
}

async function run(file: string): Promise<void> {
  // Both outputs are one, so that what a test complains of stands beside its name.
  const command = [Deno.execPath(), "test", "-A", "--no-check", file];
  const args = ["-c", 'exec "$@" 2>&1', "sh", ...command];
  const child = new Deno.Command("sh", { args, stdout: "piped" }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, DEADLINE_MS);
  const { success, stdout } = await child.output();
  clearTimeout(timer);
  for (let written = 0; written < stdout.length;) {
    written += Deno.stdout.writeSync(stdout.subarray(written));
  }
  if (isLate) console.log(`FAILED | 0 passed | 1 failed: ${file} took more than ${DEADLINE_MS} ms`);
  if (!success) failed.push(file);
}
