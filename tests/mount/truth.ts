/**
 * Holds the events of every source to strace(1) at length, for every program of tests/support/truth/programs.ts: the mount's at each
 * level, in the mount and in a run on a branch; the others' outside it. Where strace cannot be, what is held to it stands in for it.
 * Prints a table, and below each row what differs.
 *
 *     deno task test:telemetry [--source ebpf,seccomp] [--programs git,npm] [--rounds N]
 *     AGENTVFS_BIN=$PWD/dist/agentvfs deno task test:telemetry --source ptrace
 *
 * `truth_test.ts` and `truth_sources_test.ts` are the short versions.
 */

import { parseArgs } from "node:util";
import { type Mounted, withProject } from "../support/mounted.ts";
import { isInstalled } from "../support/process.ts";
import { compareAttached } from "../support/truth/compare_attached.ts";
import { compareLooks, compareWatched } from "../support/truth/compare_looks.ts";
import { compareMount, type CompareOptions } from "../support/truth/compare_mount.ts";
import { compareSource, type Comparison } from "../support/truth/compare_source.ts";
import { type Program, PROGRAMS } from "../support/truth/programs.ts";
import { CALL_SOURCES } from "../support/truth/sources.ts";

const DEADLINE_MS = 30 * 60_000;

/** One way to look at programs. */
interface Way {
  readonly source: string;
  /** `--telemetry` of the mount. */
  readonly telemetry: string;
  readonly needsRoot: boolean;
  /** Differs where it is to be told from another way of the source. */
  readonly detail?: string;
  compare(m: Mounted, program: Program): Promise<Comparison>;
}

const WAYS: readonly Way[] = [
  ...[{}, { opens: true }, { branch: "b" }, { opens: true, branch: "b" }].map(ofMount),
  ...CALL_SOURCES.map((source): Way => ({
    source: source.name,
    telemetry: source.telemetry,
    needsRoot: source.needsRoot,
    compare: (m, program) => compareSource(m, source, program),
  })),
  {
    source: "ptrace",
    telemetry: "changes,ptrace",
    needsRoot: true,
    compare: compareAttached,
  },
  {
    source: "fanotify",
    telemetry: "changes,fanotify",
    needsRoot: true,
    compare: compareLooks,
  },
  {
    source: "fanotify",
    detail: "other directories",
    telemetry: "changes",
    needsRoot: true,
    compare: compareWatched,
  },
];

function ofMount(options: CompareOptions): Way {
  const { opens = false, branch } = options;
  const level = opens ? "opens" : "changes";
  return {
    source: "mount",
    telemetry: level,
    needsRoot: false,
    detail: `${level}, ${branch === undefined ? "mount" : "run"}`,
    compare: async (m, program) => {
      const { truth, events } = await compareMount(m, program, options);
      return { deeds: truth.deeds.length, events: events.length, differences: [] };
    },
  };
}

const NAMES = [...new Set(WAYS.map(({ source }) => source))];
const { values } = parseArgs({
  options: {
    source: { type: "string", default: NAMES.join() },
    programs: { type: "string", default: PROGRAMS.map(({ name }) => name).join() },
    rounds: { type: "string", default: "1" },
  },
});
const [sources, programs] = [values.source.split(","), values.programs.split(",")];
const rounds = Number(values.rounds);
const areKnown = sources.every((name) => NAMES.includes(name)) &&
  programs.every((name) => PROGRAMS.some((program) => program.name === name));
if (!areKnown || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(
    `Sources: ${NAMES.join(", ")}; programs: ${PROGRAMS.map(({ name }) => name).join(", ")}; ` +
      "rounds: 1 or more",
  );
  Deno.exit(2);
}

const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

/** What differs, in words: a comparison that cannot be made says why. */
async function attempt(way: Way, m: Mounted, program: Program): Promise<Comparison> {
  try {
    return await way.compare(m, program);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { deeds: NaN, events: NaN, differences: why.split("\n") };
  }
}

let different = 0;
row("source", "program", "deeds", "events", "differences");
row("---", "---", "---", "---", "---");
for (let round = 0; round < rounds; round++) {
  for (const way of WAYS.filter(({ source }) => sources.includes(source))) {
    const name = way.detail === undefined ? way.source : `${way.source} (${way.detail})`;
    if (way.needsRoot && Deno.uid() !== 0) {
      row(name, "all", "", "", "skipped: it needs root");
      continue;
    }
    const all: Comparison[] = [];
    await withProject("echo one >one", async (m) => {
      const { sources: states } = await m.ctl("telemetry", "status");
      const failed = states.find((each: { name: string; state: string }) =>
        each.name === way.source && each.state === "failed"
      );
      if (failed !== undefined) return row(name, "all", "", "", `skipped: ${failed.why}`);
      await m.ctl("branch", "create", "b");
      for (const program of PROGRAMS.filter(({ name }) => programs.includes(name))) {
        if ((await Promise.all(program.needs.map(isInstalled))).includes(false)) {
          row(name, program.name, "", "", `skipped: it needs ${program.needs.join(" and ")}`);
          continue;
        }
        const compared = await attempt(way, m, program);
        all.push(compared);
        const { deeds, events, differences } = compared;
        row(name, program.name, deeds, events, differences.length);
        for (const each of differences) console.log(`    ${each}`);
      }
    }, { arguments: ["--telemetry", way.telemetry], deadlineMs: DEADLINE_MS });
    if (all.length === 0) continue;
    const sum = (of: (each: Comparison) => number) => all.reduce((n, each) => n + of(each), 0);
    const differing = sum(({ differences }) => differences.length);
    row(name, "all", sum(({ deeds }) => deeds), sum(({ events }) => events), differing);
    different += differing;
  }
}
Deno.exit(different === 0 ? 0 : 1);
