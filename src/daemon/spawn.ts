/**
 * Starts a daemon in the background and waits until it answers.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ControlClient, ControlError } from "../control/client.ts";
import type { StatusReport } from "../control/service.ts";
import { type DaemonConfig, WorkspaceError } from "./workspace.ts";

/** Longest time a daemon may take until it answers, ms. */
const READY_DEADLINE_MS = 15_000;
/** Time between two looks, ms: short at first, because most daemons are ready at once. */
const FIRST_LOOK_MS = 4;
const LAST_LOOK_MS = 40;

/** Command and first arguments that run this program again. */
export function selfCommand(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const [main, config] = ["../../main.ts", "../../deno.json"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url))
  );
  return [Deno.execPath(), "run", "-A", "--quiet", `--config=${config}`, main!];
}

/** The command line of a daemon with this configuration. */
export function daemonArguments(config: DaemonConfig, force: boolean): string[] {
  const { source, mount, store, socket, log } = config;
  return [
    "daemon",
    "--foreground",
    ...["--source", source, "--mount", mount, "--store", store, "--socket", socket, "--log", log],
    ...["--import", config.import],
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
  const log = openSync(config.log, "a", 0o600);
  const logStart = (await Deno.stat(config.log)).size;
  const [command, ...first] = selfCommand();
  const child = spawn(command, [...first, ...daemonArguments(config, options.force ?? false)], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise<Ended>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
    child.on("error", (error) => resolve({ code: null, signal: null, error }));
  });
  const outcome = await firstStatus(config.socket, ended);
  if (!("ended" in outcome)) {
    child.unref();
    return outcome;
  }
  if (outcome.ended === null) {
    // It may be mounted and stuck; ending it lets it unmount.
    child.kill("SIGTERM");
    child.unref();
  }
  throw await failure(config, outcome.ended, logStart);
}

interface Ended {
  code: number | null;
  signal: string | null;
  error?: Error;
}

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
  const how = ended.error?.message ??
    (ended.signal === null ? `exit code ${ended.code}` : `signal ${ended.signal}`);
  const message = said ?? `The daemon for ${config.source} ended before it was ready (${how})`;
  const exit = ended.code === 1 || ended.code === 2 || ended.code === 3 ? ended.code : 4;
  return new WorkspaceError("daemon_failed", exit, message, { hint: saidHint ?? hint });
}

/** Of what the daemon wrote: its last line that tells an error, and the hint below it. */
async function lastWords(
  log: string,
  start: number,
): Promise<{ message?: string; hint?: string }> {
  const lines = new TextDecoder().decode((await Deno.readFile(log)).subarray(start))
    .split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const error = lines.findLastIndex((line) => /^(agentvfs|error|fatal)\b.*?: /i.test(line));
  const at = error >= 0 ? error : lines.length - 1;
  const message = lines[at]?.replace(/^(agentvfs|error|fatal)\b.*?: /i, "");
  const hint = lines[at + 1]?.match(/^hint: (.*)$/)?.[1];
  return {
    ...(message === undefined ? {} : { message }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
