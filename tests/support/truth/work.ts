/**
 * Runs a program below strace in a mount, and waits for what the log has of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { LoggedEvent } from "../../../src/telemetry/logged_event.ts";
import type { Mounted } from "../mounted.ts";
import { run, until } from "../process.ts";
import { withTemporary } from "../temporary.ts";
import { readStrace, STRACE_FLAGS, type StraceLog } from "./strace_log.ts";

const DEADLINE_MS = 180_000;
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
}

/** Runs a script of bash, which has to succeed. */
export async function work(m: Mounted, script: string, options: WorkOptions): Promise<Work> {
  const begin = await mark(m);
  const log = await withTemporary(async (temporary) => {
    const file = join(temporary, "strace");
    const strace = ["strace", ...STRACE_FLAGS, "-e", `trace=${options.calls}`, "-o", file];
    const command = [...strace, "bash", "-euo", "pipefail", "-c", script];
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
  const events = await logged(m);
  const at = (path: string) => events.findIndex(({ file }) => file?.path === path);
  const last = events.findLastIndex(({ file }) => file?.path === begin);
  return { log, events: events.slice(last + 1, at(end)) };
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
