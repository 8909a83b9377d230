/**
 * Runs programs for tests, each with a deadline.
 *
 * @module
 */

import assert from "node:assert/strict";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly deadlineMs?: number;
}

/** Where ten others keep the machine busy everything takes ten times as long. */
const DEADLINE_MS = 180_000;

/** What programs say and how they sort is compared: it is not to be that of who runs the tests. */
const IN_ENGLISH = { LC_ALL: "C.UTF-8", LANGUAGE: "" };

/** Runs a program to its end, in English. Throws if it takes longer than the deadline; it is killed then. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { cwd, env, stdin, deadlineMs = DEADLINE_MS } = options;
  const child = new Deno.Command(command[0]!, {
    args: command.slice(1),
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...IN_ENGLISH, ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin)).then(() => writer.close(), () => {});
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, deadlineMs);
  try {
    const output = await child.output();
    const [stdout, stderr] = [output.stdout, output.stderr].map((b) => new TextDecoder().decode(b));
    if (late) {
      throw new Error(`${command.join(" ")} took more than ${deadlineMs} ms\n${stdout}${stderr}`);
    }
    return { code: output.code, stdout: stdout!, stderr: stderr! };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program that has to succeed; resolves with its standard output. */
export async function succeed(
  command: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  const said = stdout.slice(-4000) + stderr.slice(-4000);
  assert.equal(code, 0, `${command.join(" ")} ended with ${code}\n${said}`);
  return stdout;
}

/** Runs a shell script that has to succeed. */
export function shell(script: string, options: RunOptions = {}): Promise<string> {
  return succeed(["bash", "-euo", "pipefail", "-c", script], options);
}

/** True if a program of that name is on the PATH. */
export async function isInstalled(name: string): Promise<boolean> {
  return (await run(["sh", "-c", `command -v ${name}`])).code === 0;
}

/** Waits until `condition` gives something; throws after the deadline, saying what did not happen. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  deadlineMs = 60_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  while (true) {
    const value = await condition();
    if (value !== null && value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
