/**
 * Running programs under test.
 *
 * @module
 */

import { run } from "../support/process.ts";

const DEADLINE_MS = 180_000;

/** Nobody's configuration but this. */
const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@example.invalid",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@example.invalid",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "gc.auto",
  GIT_CONFIG_VALUE_0: "0",
};

/** Runs a program in a folder. Throws if it fails or takes too long. Resolves with its output. */
export async function tool(command: readonly string[], cwd: string): Promise<string> {
  const options = { cwd, env: ENVIRONMENT, deadlineMs: DEADLINE_MS };
  const { code, stdout, stderr } = await run(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(" ")} ended with ${code}: ${stderr.slice(-300)}`);
}

/** Milliseconds that `body` takes. */
export async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}
