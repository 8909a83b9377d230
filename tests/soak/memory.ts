/**
 * Rounds of an agent's work, and whether the server's memory is flat after some of them:
 *
 * ```sh
 * deno task soak --rounds 400 --warm-up 200
 * ```
 *
 * A round clones a repository of 514 files into the mount, appends to 40 of them, commits, makes a checkpoint through
 * `.agentvfs/ctl` and removes the clone before the last one; each fourth rolls back to the checkpoint before, each
 * fifth creates, lists and deletes a branch. So there are some 1 500 names in the tree, however long it goes on.
 *
 * Fails if resident memory, or what is left after everything was collected, grows by more than is said below.
 *
 * @module
 */

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import type { MemoryReport } from "../../src/control/service/daemon.ts";
import { GIT_ENVIRONMENT } from "../support/git.ts";
import { type Mounted, withProject } from "../support/mounted.ts";
import { shell, succeed } from "../support/process.ts";
import { withTemporary } from "../support/temporary.ts";
import { slope } from "./slope.ts";

/**
 * Bytes a round that resident memory may grow by after the warm-up, in which the caches fill. It goes up and down by
 * 30 MiB with what V8 has not collected yet: less than this cannot be told in 200 rounds.
 */
const RESIDENT_PER_ROUND = 128 * 1024;
/** Of what is needed, which can be told exactly. */
const NEEDED_PER_ROUND = 24 * 1024;
/** The table of known ids doubles when it is half full, every few hundred rounds: an id counts as what it takes then. */
const BYTES_PER_ID = 16;
const FILES_PER_ROUND = 0.1;
/** The heap consists of mappings: their number goes up and down with it. A log that stays mapped is one each round. */
const MAPPINGS_PER_ROUND = 0.9;

const REPOSITORY = `git init -q repository && cd repository
  for d in $(seq 16); do
    mkdir d$d
    for f in $(seq 32); do head -c 2000 /dev/urandom | base64 >d$d/f$f; done
  done
  echo a >a; echo b >b; git add -A; git commit -qm one`;
const PROJECT = "for i in $(seq 100); do echo $i >f$i; done";

/** Programs that end at once: what is remembered of those that changed something is as much as it ever will be. */
const PROGRAMS = "seq 2500 | xargs -n 1 touch; rm -- [0-9]*";

interface Sample {
  readonly round: number;
  readonly resident: number;
  readonly open: number;
  readonly mappings: number;
  /** Bytes that are left after everything was collected. */
  readonly needed: number;
}

async function round(mounted: Mounted, repository: string, number: number): Promise<void> {
  const options = { cwd: mounted.mount, env: { ...GIT_ENVIRONMENT } };
  await shell(
    `git clone -q ${repository} clone-${number}; cd clone-${number}
     for k in $(seq 40); do echo $k of ${number} >>d$((k % 16 + 1))/f$((k % 32 + 1)); done
     git commit -qam more`,
    options,
  );
  await control(mounted, "checkpoint", { label: `round ${number}` });
  if (number % 4 === 0) {
    await control(mounted, "rollback", {
      ref: `round ${number - 1}`,
      forceLarge: true,
    });
  }
  if (number % 5 === 0) {
    const name = `branch-${number}`;
    await control(mounted, "createBranch", { name });
    await shell(`ls -lR .agentvfs/branches/${name} >/dev/null`, options);
    await control(mounted, "deleteBranch", { name, force: true });
  }
  await shell(`rm -rf clone-${number - 2} clone-${number - 3}`, options);
}

/** A command through the file, as an agent without the program gives it. */
async function control(mounted: Mounted, method: string, params: unknown): Promise<void> {
  const request = JSON.stringify({ v: 1, id: 1, method, params });
  const script = 'printf "%s\\n" "$1" >.agentvfs/ctl; cat .agentvfs/ctl';
  const command = ["bash", "-c", script, "bash", request];
  const answer = await succeed(command, { cwd: mounted.mount });
  assert.ok(JSON.parse(answer).ok, answer);
}

type Seen = Omit<Sample, "needed">;

async function sample(pid: number, round: number): Promise<Seen> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const maps = await Deno.readTextFile(`/proc/${pid}/maps`);
  return {
    round,
    resident: 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(status)![1]),
    open: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
    mappings: maps.split("\n").length,
  };
}

function needed({ threads: { main, fs, background, telemetry } }: MemoryReport): number {
  const all = [main, fs, background, telemetry!].reduce(
    (sum, t) => sum + t.heapBytes + t.externalBytes,
    0,
  );
  const { knownIds = 0, knownIdBytes = 0 } = background.counts;
  return all - knownIdBytes + BYTES_PER_ID * knownIds;
}

/**
 * Bytes a round by which the most that was needed in the second half of the samples is more than that in the first. What is
 * remembered for speed grows to a bound and then begins anew, within some 80 rounds: two single moments tell nothing.
 */
function growth(samples: readonly Sample[]): number {
  const half = Math.floor(samples.length / 2);
  const most = (of: readonly Sample[]) => Math.max(...of.map(({ needed }) => needed));
  const rounds = samples.at(-1)!.round - samples[half - 1]!.round;
  return (most(samples.slice(half)) - most(samples.slice(0, half))) / rounds;
}

const MIB = 2 ** 20;

function describe(report: MemoryReport): string {
  const threads = Object.entries(report.threads).map(([name, thread]) => {
    if (thread === null) return `  ${name}: there is none`;
    const [heap, total, external] = [
      thread.heapBytes,
      thread.heapTotalBytes,
      thread.externalBytes,
    ].map((bytes) => (bytes / MIB).toFixed(1));
    return `  ${name}: heap ${heap} of ${total} MiB, arrays ${external} MiB, ${
      JSON.stringify(thread.counts)
    }`;
  });
  return threads.join("\n");
}

async function soak(rounds: number, warmUp: number, every: number): Promise<void> {
  await withTemporary(async (directory) => {
    await shell(REPOSITORY, { cwd: directory, env: { ...GIT_ENVIRONMENT } });
    await withProject(PROJECT, async (mounted) => {
      const { serverPid } = await mounted.status();
      const client = await mounted.connect();
      const samples: Sample[] = [];
      await shell(PROGRAMS, { cwd: mounted.mount, deadlineMs: 600_000 });
      let atWarmUp: MemoryReport | null = null;
      for (let number = 1; number <= rounds; number++) {
        await round(mounted, `${directory}/repository`, number);
        if (number % every !== 0) continue;
        const now = await sample(serverPid, number);
        // After the warm-up each sample begins alike: with what came in as many rounds since everything was collected.
        const report = await client.memory({ collect: number >= warmUp });
        if (number >= warmUp) atWarmUp ??= report;
        const { resident, open, mappings } = now;
        const mib = Math.round(resident / MIB);
        console.log(`round ${number}: ${mib} MiB, ${open} files, ${mappings} mappings`);
        console.log(describe(report));
        if (number >= warmUp + every) samples.push({ ...now, needed: needed(report) });
      }
      const last = await client.memory({ collect: true });
      client.close();
      console.log(`needed after ${warmUp} rounds:\n${describe(atWarmUp!)}`);
      console.log(`needed after ${rounds} rounds:\n${describe(last)}`);
      const needs = growth(samples);
      const rate = (of: (sample: Sample) => number) =>
        slope(samples.map((sample) => [sample.round, of(sample)]));
      const resident = rate(({ resident }) => resident);
      console.log(
        `a round: resident ${kib(resident)}, needed ${kib(needs)}, files ${
          rate(({ open }) => open).toFixed(3)
        }, mappings ${rate(({ mappings }) => mappings).toFixed(3)}`,
      );
      assert.ok(needs <= NEEDED_PER_ROUND, `What is needed grows by ${kib(needs)} a round`);
      assert.ok(resident <= RESIDENT_PER_ROUND, `Memory grows by ${kib(resident)} a round`);
      assert.ok(rate(({ open }) => open) <= FILES_PER_ROUND, "Files stay open");
      assert.ok(rate(({ mappings }) => mappings) <= MAPPINGS_PER_ROUND, "Mappings stay");
    }, { deadlineMs: 60_000 + 10_000 * rounds });
  });
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "400" },
      "warm-up": { type: "string", default: "200" },
      every: { type: "string", default: "10" },
    },
  });
  await soak(Number(values.rounds), Number(values["warm-up"]), Number(values.every));
}
