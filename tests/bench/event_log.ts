/**
 * How long questions about a log of very many events take:
 *
 * ```sh
 * deno task bench:log                      # ten million events, 5 GB, some minutes
 * deno task bench:log --events 1000000
 * deno task bench:log --keep DIR           # written there, and asked there the next time
 * ```
 *
 * The log is written by the code that writes a workspace's, as fast as that can. Each question is asked by a process of its
 * own, three times; told are the medians of the time from asking to the last answer, of what it took of the processor, and of the most memory.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { blame } from "../../src/cli/telemetry/blame.ts";
import { countsBy, GROUPS } from "../../src/cli/telemetry/counts_by.ts";
import { processForest } from "../../src/cli/telemetry/process_forest.ts";
import { microseconds } from "../../src/telemetry/logged_event.ts";
import { EventLog } from "../../src/telemetry/log/event_log.ts";
import { listLogFiles } from "../../src/telemetry/log/log_files.ts";
import { findLogLines } from "../../src/telemetry/log/log_reader.ts";
import { LOG_LIMITS } from "../../src/telemetry/log/log_limits.ts";
import { LogWriter } from "../../src/telemetry/log/log_writer.ts";
import type { TelemetryEvent, TelemetryProcess } from "../../src/telemetry/event.ts";
import { indexPath } from "../../src/telemetry/index/index_file.ts";
import type { EventQuestion } from "../../src/telemetry/index/select_rows.ts";
import { monotonicTime } from "../../src/host/clock.ts";
import { summary } from "./statistics.ts";

const TIMES = 3;
const MOUNT = "/home/dev/project";
/** Ms between two events: ten million take a bit more than a day. */
const STEP_MS = 10;

/** Numbers that look like chance, the same each time. */
class Chance {
  #state = 0x12345678;
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
}

const PROGRAMS: readonly (readonly [name: string, args: readonly string[], events: number])[] = [
  ["git", ["git", "commit", "-qam", "work"], 25],
  ["node", ["node", "/usr/bin/npm", "ci"], 2_000],
  ["cc1", ["/usr/lib/gcc/cc1", "-quiet", "main.c", "-O2", "-o", "/tmp/x.s"], 4],
  ["cargo", ["cargo", "build"], 500],
  ["python3", ["python3", "-m", "pytest", "-q"], 100],
  ["touch", ["touch", "stamp"], 2],
  ["vim", ["vim", "src/main.ts"], 12],
  ["sh", ["sh", "-c", "make -j2 all"], 6],
];

/** What agents do all day: programs start one after the other, and each makes, writes, moves and removes files. */
function* events(count: number): Generator<TelemetryEvent> {
  const chance = new Chance();
  // Nothing was done before the machine was started.
  const now = monotonicTime();
  const step = Math.min(STEP_MS, now / count);
  const begun = now - count * step;
  let process: TelemetryProcess = {};
  let [left, branch, call] = [0, "main", ""];
  for (let i = 0; i < count; i++) {
    if (left-- === 0) {
      const [name, args, most] = PROGRAMS[chance.below(PROGRAMS.length)]!;
      const pid = 1000 + i % 4_000_000;
      left = 1 + chance.below(2 * most);
      process = {
        tid: pid,
        uid: 1000,
        gid: 1000,
        pid,
        name,
        executable: `/usr/bin/${name}`,
        args,
        directory: MOUNT,
        parent: 900 + chance.below(50),
        start: i * STEP_MS,
      };
      branch = chance.below(4) > 0 ? "main" : `task-${chance.below(20)}`;
      call = chance.below(3) > 0 ? `toolu_${Math.floor(i / 5_000)}` : "";
    }
    yield eventOf(i, chance, begun + i * step, process, branch, call);
  }
}

function eventOf(
  i: number,
  chance: Chance,
  time: number,
  process: TelemetryProcess,
  branch: string,
  call: string,
): TelemetryEvent {
  const { name } = process;
  const path = name === "node"
    ? `${MOUNT}/node_modules/pack${chance.below(900)}/lib/file${chance.below(60)}.js`
    : name === "git"
    ? `${MOUNT}/.git/objects/${chance.below(256).toString(16)}/${chance.below(1e9).toString(16)}`
    : `${MOUNT}/src/part${chance.below(40)}/module${chance.below(60)}.ts`;
  const base = {
    provider: "mount",
    time,
    duration: 9_000,
    error: 0,
    verdict: "allow",
    view: 0,
  } as const;
  const own = { branch, process, ...(call === "" ? {} : { call, tool: "Bash" }) };
  if (i % 50_000 === 49_999) {
    const checkpoint = { id: i.toString(16).padStart(64, "a"), label: `at ${i}`, kind: "auto" };
    return { provider: "agentvfs", action: "checkpoint", time, branch, checkpoint };
  }
  const node = { node: 2 + i % 300_000, inode: BigInt(2 + i % 300_000) };
  switch (i % 8) {
    case 0:
    case 1:
      return { ...base, ...own, ...node, action: "create", path, mode: 0o100644, flags: 0xc1 };
    case 2:
    case 3:
    case 4:
      return {
        ...base,
        ...own,
        ...node,
        action: "write",
        path,
        offset: 0,
        bytes: chance.below(9e4),
        count: 1,
      };
    case 5:
      return { ...base, ...own, ...node, action: "rename", path: `${path}.lock`, target: path };
    case 6:
      return { ...base, ...own, ...node, action: "chmod", path, mode: 0o100755 };
    default:
      return { ...base, ...own, ...node, action: "unlink", path };
  }
}

/** Something that happened once, in the middle. */
const RARE = `${MOUNT}/docs/deleted-by-whom.md`;

async function write(directory: string, count: number): Promise<void> {
  const begun = performance.now();
  const writer = new LogWriter(directory, { ...LOG_LIMITS, files: 1_000_000 });
  const log = new EventLog(writer);
  let written = 0;
  for (const event of events(count)) {
    log.write(event);
    if (++written === Math.floor(count / 2)) {
      const { path: _path, ...base } = { ...event, branch: "main" };
      log.write({ ...base, action: "unlink", path: RARE });
    }
    if (written % 1_000_000 === 0) {
      console.error(`${written} events`);
      await Promise.resolve();
    }
  }
  log.close();
  console.log(`written in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

type Ask = (directory: string, count: number) => number;

const QUESTIONS: Readonly<Record<string, Ask>> = {
  "audit docs/deleted-by-whom.md": (directory) => lines(directory, { paths: [RARE] }),
  "audit src/part3/module7.ts": (directory) =>
    lines(directory, { paths: [`${MOUNT}/src/part3/module7.ts`] }),
  "audit blame src/part3/module7.ts": (directory) =>
    blame(directory, `${MOUNT}/src/part3/module7.ts`, "main").length,
  "audit --since 10m": (directory) => lines(directory, { since: lately(directory) }),
  "audit --since CHECKPOINT": (directory, count) => {
    const label = `at ${Math.max(49_999, Math.floor(count / 50_000) * 50_000 - 1)}`;
    const newestFirst = true;
    for (const line of findLogLines(directory, { actions: ["checkpoint"] }, { newestFirst })) {
      const event = JSON.parse(line);
      if (event.agentvfs.checkpoint.label === label) {
        return lines(directory, { since: microseconds(event["@timestamp"]) });
      }
    }
    return -1;
  },
  ...Object.fromEntries(GROUPS.map((group) => [
    `audit --by ${group}`,
    (directory: string) => countsBy(directory, {}, group).length,
  ])),
  "audit src/part3 --by program": (directory) =>
    countsBy(directory, { paths: [`${MOUNT}/src/part3`] }, "program").length,
  "audit tree": (directory) => processForest(directory, {}, false).length,
  "audit tree --since 10m": (directory) =>
    processForest(directory, { since: lately(directory) }, false).length,
};

/** Ten minutes before the last event, µs since 1970. */
function lately(directory: string): number {
  const [last] = findLogLines(directory, {}, { newestFirst: true });
  return microseconds(JSON.parse(last!)["@timestamp"]) - 600e6;
}

function lines(directory: string, question: EventQuestion): number {
  let count = 0;
  for (const _ of findLogLines(directory, question)) count++;
  return count;
}

interface Answered {
  readonly ms: number;
  /** Of the processor: less than the time where the machine is busy with other things. */
  readonly cpu: number;
  readonly answers: number;
  readonly peak: number;
}

function ask(directory: string, question: string, count: number): Answered {
  const begun = performance.now();
  const before = process.cpuUsage();
  const answers = QUESTIONS[question]!(directory, count);
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  const cpu = (user + system) / 1000;
  const status = Deno.readTextFileSync("/proc/self/status");
  return { ms, cpu, answers, peak: Number(/VmHWM:\s*(\d+)/.exec(status)![1]) / 1024 };
}

async function askAll(directory: string, count: number): Promise<void> {
  const files = listLogFiles(directory);
  const bytes = (path: string) => {
    try {
      return Deno.statSync(path).size / 1e6;
    } catch {
      return 0;
    }
  };
  const log = files.reduce((sum, { path }) => sum + bytes(path), 0);
  const index = files.reduce((sum, { path }) => sum + bytes(indexPath(path)), 0);
  console.log(
    `${count} events, ${files.length} files of ${log.toFixed(0)} MB, indexes ${
      index.toFixed(0)
    } MB`,
  );
  console.log(
    "| question | ms | ms of CPU | answers | MiB at most |\n| --- | --- | --- | --- | --- |",
  );
  for (const question of Object.keys(QUESTIONS)) {
    const answered: Answered[] = [];
    for (let i = 0; i < TIMES; i++) answered.push(await inProcess(directory, question, count));
    const median = (of: (answered: Answered) => number) => summary(answered.map(of)).median;
    const [ms, cpu, peak] = [
      median(({ ms }) => ms),
      median(({ cpu }) => cpu),
      median(({ peak }) => peak),
    ];
    const figures = [ms.toFixed(0), cpu.toFixed(0), answered[0]!.answers, peak.toFixed(0)];
    console.log(`| \`${question}\` | ${figures.join(" | ")} |`);
  }
}

async function inProcess(directory: string, question: string, count: number): Promise<Answered> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      fileURLToPath(import.meta.url),
      "--keep",
      directory,
      "--ask",
      question,
      "--events",
      String(count),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${question}: it failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      events: { type: "string", default: "10000000" },
      keep: { type: "string" },
      ask: { type: "string" },
    },
  });
  const count = Number(values.events);
  const directory = values.keep ?? Deno.makeTempDirSync({ prefix: "event-log-" });
  if (values.ask !== undefined) {
    console.log(JSON.stringify(ask(directory, values.ask, count)));
  } else {
    try {
      if (listLogFiles(directory).length === 0) await write(directory, count);
      await askAll(directory, count);
    } finally {
      if (values.keep === undefined) Deno.removeSync(directory, { recursive: true });
    }
  }
}
