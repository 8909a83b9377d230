/**
 * Runs a program below strace in a mount, and waits for what the log has of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { Provider } from "../../../src/telemetry/event.ts";
import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import type { Mounted } from "../mounted.ts";
import { run, until } from "../process.ts";
import { withTemporary } from "../temporary.ts";
import { readStrace, STRACE_FLAGS, type StraceLog } from "./strace_log.ts";

const DEADLINE_MS = 180_000;
/** What is touched when the program has ended. */
const LAST = "last-of-all";
let markers = 0;

export interface Work {
  readonly log: StraceLog;
  /** What the log has from the program's begin to its end. */
  readonly events: readonly LoggedEvent[];
}

export interface WorkOptions {
  /** Of strace: which calls. */
  readonly calls: string;
  /** Where the program works. */
  readonly directory: string;
  readonly env?: Record<string, string>;
  /** Arguments of agentvfs that run strace; else it is run as it is. */
  readonly around?: (command: readonly string[]) => readonly string[];
  /** Who tells later than the mount: waited for, and everything since the begin counts. Else it is the mount. */
  readonly provider?: Provider;
}

/** Runs a script of bash, which has to succeed. */
export async function work(m: Mounted, script: string, options: WorkOptions): Promise<Work> {
  const begin = await mark(m);
  const log = await withTemporary(async (temporary) => {
    const file = join(temporary, "strace");
    const strace = ["strace", ...STRACE_FLAGS, "-e", `trace=${options.calls}`, "-o", file];
    const traced = [...strace, "bash", "-euo", "pipefail", "-c", script];
    const last = join(options.directory, LAST);
    const command = options.provider === undefined
      ? traced
      : ["bash", "-c", '"$@" && touch "$0"', last, ...traced];
    const how = {
      cwd: options.directory,
      deadlineMs: DEADLINE_MS,
      env: { TMPDIR: temporary, ...options.env },
    };
    const around = options.around?.(command);
    const outcome = await (around === undefined ? run(command, how) : m.run(around, how));
    assert.equal(outcome.code, 0, outcome.stdout.slice(-4000) + outcome.stderr.slice(-4000));
    return readStrace(await Deno.readTextFile(file));
  });
  const end = await mark(m);
  const since = async () => {
    const events = await logged(m);
    return events.slice(events.findLastIndex(({ file }) => file?.path === begin) + 1);
  };
  const { provider } = options;
  if (provider !== undefined) {
    const last = join(options.directory, LAST);
    return {
      log,
      events: await until(`${provider} tells of the last`, async () => {
        const events = await since();
        return events.some((event) => isAbout(event, last) && event.event.provider === provider) &&
          events;
      }),
    };
  }
  const events = await since();
  return { log, events: events.slice(0, events.findIndex(({ file }) => file?.path === end)) };
}

function isAbout({ file, process }: LoggedEvent, path: string): boolean {
  return file?.path === path || process?.args?.at(-1) === path;
}

/** Every event of the log. */
export async function logged(m: Mounted): Promise<LoggedEvent[]> {
  const { code, stdout, stderr } = await m.run(["-C", m.project, "audit", "--json"]);
  assert.equal(code, 0, stderr);
  return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Makes a directory, which is one event, and waits for it: what was done before is in the log. */
async function mark(m: Mounted): Promise<string> {
  const path = m.path(`marker-${markers++}`);
  await Deno.mkdir(path);
  await until(
    "the marker is in the log",
    async () => (await logged(m)).some(({ file }) => file?.path === path),
  );
  return path;
}
