/**
 * A storm of changes on a mount that records them and on one that does not, in turns, so that what else the machine does falls on
 * both: how long a change takes a program, and whether each is in the log or said to be lost.
 *
 * ```sh
 * deno task bench:storm                      # a million changes on each, some minutes
 * deno task bench:storm --changes 100000 --level opens
 * ```
 *
 * Fails if a change is neither in the log nor said to be lost, or if the 99th percentile is more than 1.25 times that without.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import type { MemoryReport } from "../../src/control/service/daemon.ts";
import { countsBy } from "../../src/cli/telemetry/counts_by.ts";
import { tallyLost } from "../support/lost_events.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { succeed, until } from "../support/process.ts";
import { PYTHON, scriptPath } from "../support/python.ts";
import { summary } from "../bench/statistics.ts";

/** Times that the 99th percentile may be that of a mount without telemetry. */
const MOST_TIMES = 1.25;
/** Changes of a turn. */
const TURN = 20_000;
/** Of a change on both mounts, ms: some fifty times what it takes. */
const DEADLINE_MS = 5;

export interface Times {
  /** Of a change, µs. */
  readonly median: number;
  readonly p99: number;
}

export interface StormReport {
  readonly changes: number;
  readonly without: Times;
  readonly recorded: Times;
  /** Medians of the ratios of turns that came one after the other. */
  readonly ratio: Times;
  /** Events that the log says it lacks. */
  readonly lost: number;
  /** Changes that are neither in the log nor said to be lost. */
  readonly missing: number;
  readonly memory: MemoryReport;
}

/** Makes that many changes in the mount. */
export async function storm(mounted: Mounted, changes: number): Promise<Times> {
  const script = scriptPath(import.meta.url, "event_storm.py");
  const said = await succeed([PYTHON, script, String(changes)], { cwd: mounted.mount });
  const [median, p99] = said.trim().split(" ").map(Number);
  return { median: median!, p99: p99! };
}

/** `changes` on each of two mounts. */
export async function stormInTurns(changes: number, level = "changes"): Promise<StormReport> {
  const turns = Math.max(1, Math.round(changes / TURN));
  const each = 2 * Math.ceil(changes / turns / 2);
  let report: StormReport | null = null;
  const deadlineMs = 120_000 + DEADLINE_MS * changes;
  await withProject("echo 1 > a", async (without) => {
    const telemetry = `${level},files=100000`;
    await withProject("echo 1 > a", async (recorded) => {
      const pairs: { without: Times; recorded: Times }[] = [];
      // The first turn of each is slow: code is compiled, and directories are looked up.
      for (let turn = -1; turn < turns; turn++) {
        const pair = { without: await storm(without, each), recorded: await storm(recorded, each) };
        if (turn >= 0) pairs.push(pair);
      }
      const made = each * (turns + 1);
      const { directory } = await recorded.ctl("telemetry", "status");
      const { logged, lost } = await counted(directory, made);
      using client = await recorded.connect();
      report = {
        changes: made,
        without: medians(pairs.map((pair) => pair.without)),
        recorded: medians(pairs.map((pair) => pair.recorded)),
        ratio: medians(pairs.map(({ without, recorded }) => ({
          median: recorded.median / without.median,
          p99: recorded.p99 / without.p99,
        }))),
        lost,
        missing: made - logged - lost,
        memory: await client.memory({ collect: true }),
      };
    }, { arguments: ["--telemetry", telemetry], deadlineMs });
  }, { arguments: ["--telemetry", "off"], deadlineMs });
  return report!;
}

function medians(times: readonly Times[]): Times {
  return {
    median: summary(times.map(({ median }) => median)).median,
    p99: summary(times.map(({ p99 }) => p99)).median,
  };
}

/** What the log has of the storm's program, once it is all there or nothing more comes. */
async function counted(
  directory: string,
  made: number,
): Promise<{ logged: number; lost: number }> {
  return await until("the changes are in the log, or said to be lost", () => {
    const lost = tallyLost(directory);
    const logged = countsBy(directory, { actions: ["create", "unlink"] }, "branch")
      .reduce((sum, { events }) => sum + events, 0);
    return Promise.resolve(logged + lost >= made && { logged, lost });
  });
}

function times({ median, p99 }: Times): string {
  return `median ${median.toFixed(1)} us, 99th percentile ${p99.toFixed(1)} us`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      changes: { type: "string", default: "1000000" },
      level: { type: "string", default: "changes" },
    },
  });
  const report = await stormInTurns(Number(values.changes), values.level);
  const { changes, without, recorded, ratio, lost, missing, memory } = report;
  console.log(`${changes} changes on each of two mounts, in turns of ${TURN}`);
  console.log(`without telemetry:  ${times(without)}`);
  console.log(`--telemetry ${values.level}: ${times(recorded)}`);
  console.log(`times as long:      ${ratio.median.toFixed(2)}, ${ratio.p99.toFixed(2)}`);
  console.log(`said to be lost:    ${lost}; neither in the log nor said to be lost: ${missing}`);
  const telemetry = memory.threads.telemetry!;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  console.log(
    `memory:             ${mib(memory.rssBytes)} MiB resident, telemetry thread ${
      mib(telemetry.heapBytes + telemetry.externalBytes)
    } MiB`,
  );
  assert.equal(missing, 0, "Changes are missing");
  assert.ok(
    ratio.p99 <= MOST_TIMES,
    `The 99th percentile is ${ratio.p99.toFixed(2)} times as long`,
  );
}
