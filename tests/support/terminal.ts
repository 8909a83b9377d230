/**
 * A person at a terminal: waits for what the program says, and types.
 *
 * @module
 */

import assert from "node:assert/strict";
import { run } from "./process.ts";
import type { Mounted } from "./mounted.ts";
import { PROGRAM } from "./program.ts";
import { scriptPath } from "./python.ts";

/** What to wait for, and what to type then. */
export type Step = readonly [wanted: string, typed: string];

export interface Said {
  readonly code: number;
  readonly said: string;
}

/** Runs `agentvfs ARGS…` in the project on a terminal of its own. */
export async function onTerminal(
  m: Mounted,
  args: readonly string[],
  steps: readonly Step[],
  env: Record<string, string> = {},
): Promise<Said> {
  const script = scriptPath(new URL("../mount/", import.meta.url).href, "terminal.py");
  const words = ["python3", script, JSON.stringify(steps), ...PROGRAM, ...args];
  const { code, stdout, stderr } = await run(words, {
    cwd: m.project,
    // What the terminal of whoever runs the tests can do is not what is tested.
    env: { AGENTVFS_STATE_DIR: m.state, AGENTVFS_SOCK: "", TERM: "xterm", NO_COLOR: "", ...env },
  });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Said;
}
