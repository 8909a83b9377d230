/**
 * Holds the mount's events to strace(1) at length: every program of tests/support/truth/programs.ts, at each level, in the mount
 * and in a run on a branch.
 *
 *     deno task test:telemetry [--programs git,npm] [--rounds N]
 *
 * `truth_test.ts` is the short version.
 */

import { parseArgs } from "node:util";
import { withProject } from "../support/mounted.ts";
import { isInstalled } from "../support/process.ts";
import { compareMount, type CompareOptions } from "../support/truth/compare_mount.ts";
import { PROGRAMS } from "../support/truth/programs.ts";

const DEADLINE_MS = 30 * 60_000;
const WAYS: readonly CompareOptions[] = [
  {},
  { opens: true },
  { branch: "b" },
  { opens: true, branch: "b" },
];

const { values } = parseArgs({
  options: { programs: { type: "string" }, rounds: { type: "string", default: "1" } },
});
const chosen = values.programs?.split(",") ?? PROGRAMS.map(({ name }) => name);
const unknown = chosen.filter((name) => !PROGRAMS.some((program) => program.name === name));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(`Programs: ${PROGRAMS.map(({ name }) => name).join(", ")}; rounds: 1 or more`);
  Deno.exit(2);
}
for (let round = 0; round < rounds; round++) {
  for (const options of WAYS) {
    const { opens = false, branch } = options;
    const level = opens ? "opens" : "changes";
    await withProject("echo one >one", async (m) => {
      if (branch !== undefined) await m.ctl("branch", "create", branch);
      for (const program of PROGRAMS.filter(({ name }) => chosen.includes(name))) {
        const where = `${program.name}, ${level}, ${branch === undefined ? "mount" : "run"}`;
        const isThere = await Promise.all(program.needs.map(isInstalled));
        if (isThere.includes(false)) {
          console.log(`${where}: skipped, it needs ${program.needs.join(" and ")}`);
          continue;
        }
        const { truth, events } = await compareMount(m, program, options);
        console.log(`${where}: ${truth.deeds.length} deeds, ${events.length} events`);
      }
    }, { arguments: ["--telemetry", level], deadlineMs: DEADLINE_MS });
  }
}
