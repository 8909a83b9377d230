/**
 * Runs the checks in two directories and prints what differs:
 *
 *     deno run -A tests/posix/main.ts DISK OTHER [--as UID] [--only PATTERN] [--json]
 *
 * DISK is on ext4, OTHER in the mount. Exit code 1 if anything differs that is not known to.
 *
 * @module
 */

import { ALL_CHECKS } from "./all_checks.ts";
import { compareAll } from "./compare.ts";
import { KNOWN_DIFFERENCES } from "./known_differences.ts";

/** What a run found, as JSON. */
export interface Report {
  readonly checks: number;
  readonly observed: number;
  readonly unexpected: readonly { readonly check: string; readonly lines: readonly string[] }[];
  /** Checks that are known to differ and do. */
  readonly known: readonly string[];
  /** Checks that are known to differ and do not: the list is out of date. */
  readonly gone: readonly string[];
}

function option(name: string): string | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  return at < 0 ? undefined : Deno.args[at + 1];
}

function main(disk: string, other: string): Report {
  const uid = Number(option("as") ?? Deno.uid());
  const only = new RegExp(option("only") ?? "");
  const checks = ALL_CHECKS.filter((c) => only.test(c.name) && (!c.asRoot || uid === 0));
  let observed = 0;
  const self = { uid, gid: uid === Deno.uid() ? Deno.gid()! : uid };
  const slow = Deno.args.includes("--slow");
  const done = (name: string, ms: number) => {
    observed++;
    if (slow && ms > 200) console.error(`${ms.toFixed(0)} ms: ${name}`);
  };
  const differences = compareAll(checks, disk, other, { self, done });
  const known = (name: string) => KNOWN_DIFFERENCES.find(({ check }) => check.test(name));
  const expected = (name: string) => known(name) !== undefined;
  const fixed = (name: string) => known(name)?.dependsOnMachine === undefined && expected(name);
  const names = differences.map(({ check }) => check);
  return {
    checks: checks.length,
    observed,
    unexpected: differences.filter(({ check }) => !expected(check)),
    known: names.filter(expected),
    gone: checks.map(({ name }) => name).filter((name) => fixed(name) && !names.includes(name)),
  };
}

if (import.meta.main) {
  const [disk, other] = Deno.args;
  if (disk === undefined || other === undefined) {
    console.error("Usage: deno run -A tests/posix/main.ts DISK OTHER [--as UID] [--only PATTERN]");
    Deno.exit(2);
  }
  const report = main(disk, other);
  if (Deno.args.includes("--json")) console.log(JSON.stringify(report));
  else {
    for (const { check, lines } of report.unexpected) {
      console.log(`${check}\n  ${lines.join("\n  ")}`);
    }
    const { checks, unexpected, known } = report;
    console.log(`${checks} checks, ${unexpected.length} differ, ${known.length} known to differ`);
  }
  Deno.exit(report.unexpected.length === 0 ? 0 : 1);
}
