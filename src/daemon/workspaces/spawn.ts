/**
 * Starts a daemon in the background and waits until it answers.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { ControlClient, ControlError } from "../../control/client.ts";
import type { StatusReport } from "../../control/service/daemon.ts";
import type { StartedDaemon } from "./start_windows.ts";
import { telemetryList } from "../../telemetry/telemetry_choice.ts";
import { type DaemonConfig, WorkspaceError } from "./workspace.ts";

/**
 * Longest time a daemon may take until it answers, ms. The machine may be busy, and what it replays long; one that ends is not
 * waited for.
 */
const READY_DEADLINE_MS = 60_000;
/** Time between two looks, ms: short at first, because most daemons are ready at once. */
const FIRST_LOOK_MS = 4;
const LAST_LOOK_MS = 40;

/**
 * As scripts/compile gives them to the executable: garbage is collected when there is time for it, and each thread has
 * room for 2 MiB of new objects instead of 16, three times over; that fits a CPU's cache and is no slower. While there
 * is no time, a heap grows by half of what is needed until it is collected, instead of by up to three times that.
 */
const V8_FLAGS = "--v8-flags=--expose-gc,--max-semi-space-size=2,--heap-growing-percent=50";

/** Command and first arguments that run this program again. */
export function selfCommand(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const [main, config] = ["../../../main.ts", "../../../deno.json"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  );
  return [
    Deno.execPath(),
    "run",
    "-A",
    "--quiet",
    V8_FLAGS,
    `--config=${config}`,
    main!,
  ];
}

/** The command line of a daemon with this configuration. */
export function daemonArguments(config: DaemonConfig, force: boolean): string[] {
  const { source, mount, store, socket, log } = config;
  return [
    "daemon",
    "--foreground",
    ...["--source", source, "--mount", mount, "--store", store, "--socket", socket, "--log", log],
    ...["--gc-idle", config.gcIdleMs === 0 ? "off" : `${config.gcIdleMs / 1000}s`],
    ...(config.keepAwake ? [] : ["--no-keep-awake"]),
    ...(config.events ? [] : ["--no-events"]),
    ...(config.watch ? ["--watch"] : []),
    ...(config.auto === null ? [] : ["--auto", config.auto]),
    ...(config.routing === "none" ? [] : [`--${config.routing}`]),
    `--telemetry=${telemetryList(config.telemetry)}`,
    ...(config.allowOther ? ["--allow-other"] : []),
    ...(force ? ["--force"] : []),
  ];
}

/**
 * Runs the daemon in a session of its own, its output in the log, and resolves with its first status.
 * Rejects with {@linkcode WorkspaceError} carrying the daemon's last words and exit code if it ends, or if it does not
 * answer in time.
 */
export async function spawnDaemon(
  config: DaemonConfig,
  options: { force?: boolean } = {},
): Promise<StatusReport> {
  const logStart = await createLog(config.log);
  const child = await start(config, options.force ?? false);
  const outcome = await firstStatus(config.socket, child.status);
  child.unref();
  if (!("ended" in outcome)) return outcome;
  // A daemon that is silent may be mounted and stuck; ending it lets it unmount.
  if (outcome.ended === null) child.kill("SIGTERM");
  throw await failure(config, outcome.ended, logStart);
}

/** Creates the log if there is none; returns its size, so that this daemon's lines can be told from older ones. */
async function createLog(path: string): Promise<number> {
  using log = await Deno.open(path, { create: true, append: true, mode: 0o600 });
  return (await log.stat()).size;
}

/** Deno gives a child no file as its output, so a shell opens the log and becomes the daemon. */
const WITH_LOG = 'log=$1; shift; exec "$@" >>"$log" 2>&1';

async function start(config: DaemonConfig, force: boolean): Promise<StartedDaemon> {
  const command = [...selfCommand(), ...daemonArguments(config, force)];
  if (Deno.build.os === "windows") {
    return (await import("./start_windows.ts")).startDetached(command, config.log);
  }
  return new Deno.Command("/bin/sh", {
    args: ["-c", WITH_LOG, "sh", config.log, ...command],
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
}

type Ended = Deno.CommandStatus;

async function firstStatus(
  socket: string,
  ended: Promise<Ended>,
): Promise<StatusReport | { ended: Ended | null }> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  let pause = FIRST_LOOK_MS;
  while (performance.now() < deadline) {
    const status = await askStatus(socket, deadline - performance.now());
    if (status !== null) return status;
    const outcome = await Promise.race([ended, delay(pause)]);
    if (outcome !== undefined) return { ended: outcome };
    pause = Math.min(pause * 1.5, LAST_LOOK_MS);
  }
  return { ended: null };
}

/** The status of the daemon at `socket`, or null if it does not answer. */
export async function askStatus(socket: string, deadlineMs: number): Promise<StatusReport | null> {
  let client: ControlClient | undefined;
  try {
    client = await ControlClient.connect(socket, { connectDeadlineMs: deadlineMs });
    return await client.status({}, { deadlineMs });
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  } finally {
    client?.close();
  }
}

async function failure(
  config: DaemonConfig,
  ended: Ended | null,
  logStart: number,
): Promise<WorkspaceError> {
  const hint = `Its log is ${config.log}`;
  if (ended === null) {
    const seconds = READY_DEADLINE_MS / 1000;
    const message = `The daemon for ${config.source} did not answer within ${seconds} s`;
    return new WorkspaceError("daemon_silent", 4, message, { hint });
  }
  const { message: said, hint: saidHint } = await lastWords(config.log, logStart);
  const how = ended.signal === null ? `exit code ${ended.code}` : `signal ${ended.signal}`;
  const message = said ?? `The daemon for ${config.source} ended before it was ready (${how})`;
  const exit = ended.code === 1 || ended.code === 2 || ended.code === 3 ? ended.code : 4;
  return new WorkspaceError("daemon_failed", exit, message, { hint: saidHint ?? hint });
}

/**
 * Of what the daemon wrote: its last line that tells an error, with what libfuse or its helper said before it, and the hint
 * below it.
 */
async function lastWords(
  log: string,
  start: number,
): Promise<{ message?: string; hint?: string }> {
  const lines = new TextDecoder().decode((await Deno.readFile(log)).subarray(start))
    .split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const error = lines.findLastIndex((line) => /^(agentvfs|error|fatal)\b.*?: /i.test(line));
  const at = error >= 0 ? error : lines.length - 1;
  const why = lines[at - 1]?.match(/^fuse(?:rmount3)?: (.*)$/)?.[1];
  const said = lines[at]?.replace(/^(agentvfs|error|fatal)\b.*?: /i, "");
  const message = said !== undefined && why !== undefined ? `${said}: ${why}` : said;
  const hint = lines[at + 1]?.match(/^hint: (.*)$/)?.[1];
  return {
    ...(message === undefined ? {} : { message }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
