/**
 * A newcomer's run on fresh distributions: install, what the installer says is missing, quickstart, checkpoint, rollback,
 * apply, uninstall; as root and as an account without rights. Prints a table.
 *
 * ```sh
 * deno task release --dry-run --no-tests
 * deno task test:distributions --only debian-13,ubuntu-24.04
 * ```
 *
 * Needs root, debootstrap and the archives. Each run has a chroot of its own, whose changes are in memory, and namespaces of
 * its own: whatever happens, what it mounted and started is gone with it.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../support/process.ts";
import { type Distribution, DISTRIBUTIONS } from "./distributions.ts";
import { newcomer, type Result } from "./newcomer.ts";

const HERE = import.meta.dirname!;
const ACCOUNTS = ["root", "newcomer"];
const BOOTSTRAP_MS = 20 * 60_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: DISTRIBUTIONS.map(({ name }) => name).join(",") },
    release: { type: "string", default: join(HERE, "../../dist/release") },
    // Where chroots as they were made are kept between runs; they are removed if it is not said.
    bases: { type: "string" },
  },
});

async function main(): Promise<number> {
  const wanted = new Set(values.only.split(","));
  const unknown = [...wanted].filter((name) => !DISTRIBUTIONS.some((one) => one.name === name));
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(", ")}; there are ${
        DISTRIBUTIONS.map(({ name }) => name).join(", ")
      }`,
    );
    return 2;
  }
  const release = resolve(values.release);
  if (!await exists(join(release, "SHA256SUMS"))) {
    console.error(`There is no release in ${release}\nhint: deno task release --dry-run makes one`);
    return 2;
  }
  if (Deno.uid() !== 0 || (await run(["sh", "-c", "command -v debootstrap"])).code !== 0) {
    console.error(
      "This needs root and debootstrap\nhint: apt-get install debootstrap, then as root",
    );
    return 4;
  }
  const work = await Deno.makeTempDir({ prefix: "agentvfs-distributions-" });
  const results: Result[] = [];
  try {
    for (const distribution of DISTRIBUTIONS.filter(({ name }) => wanted.has(name))) {
      const base = join(
        values.bases === undefined ? work : resolve(values.bases),
        distribution.suite,
      );
      const unmade = await bootstrap(distribution, base);
      for (const account of ACCOUNTS) {
        const result = unmade === null
          ? await newcomer(distribution, account, base, release, work)
          : { distribution: distribution.name, account, fault: unmade, facts: new Map() };
        console.error(`${distribution.name}, ${account}: ${result.fault ?? "ok"}`);
        results.push(result);
      }
    }
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  console.log(table(results));
  return results.every(({ fault }) => fault === null) ? 0 : 1;
}

/** Makes a chroot, unless it is there. Null if that went well, else what did not. */
async function bootstrap(of: Distribution, base: string): Promise<string | null> {
  if (await exists(join(base, "etc/apt"))) return null;
  await Deno.mkdir(dirname(base), { recursive: true });
  // By another name until it is whole.
  const draft = `${base}.draft`;
  const { code, stdout, stderr } = await run(
    [
      ...["debootstrap", "--variant=minbase", ...of.options, of.suite, draft, of.mirror],
      ...(of.script === undefined ? [] : [of.script]),
    ],
    { deadlineMs: BOOTSTRAP_MS },
  );
  if (code !== 0) {
    await Deno.remove(draft, { recursive: true }).catch(() => {});
    const last = `${stdout}${stderr}`.trim().split("\n").at(-1);
    return `debootstrap: ${last}`;
  }
  await Deno.rename(draft, base);
  return null;
}

function table(results: readonly Result[]): string {
  const steps = ["install", "remedy", "quickstart", "checkpoint", "rollback", "apply", "uninstall"];
  const rows = [["", "glibc", "account", ...steps, "whole"]];
  for (const { distribution, account, fault, facts } of results) {
    const times = steps.map((step) => Number(facts.get(step)));
    const seconds = (ms: number) => Number.isNaN(ms) ? "" : (ms / 1000).toFixed(2);
    rows.push([
      ...[distribution, facts.get("glibc") ?? "", account],
      ...times.map(seconds),
      fault !== null ? "failed" : facts.has("install") ? seconds(sum(times)) : "refused",
    ]);
  }
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(rows[0]!), line(rows[0]!.map(() => "---")), ...rows.slice(1).map(line)].join("\n");
}

function sum(times: readonly number[]): number {
  return times.reduce((total, ms) => total + (ms || 0), 0);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.exit(await main());
