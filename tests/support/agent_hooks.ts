/**
 * Agents' hooks in a mount, as a plug-in sends them.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { ControlClient } from "../../src/control/client.ts";
import type { LogEntry } from "../../src/control/service/history.ts";
import { HOOK_LINE } from "../../src/agents/plugin/hook_line.ts";
import { run } from "./process.ts";

export type Hook = Record<string, unknown>;

/** An answer is waited for longer than on a machine that does nothing else. */
export const PATIENT = { env: { AGENTVFS_HOOK_MS: "20000" } };

/** Runs the hook's line with an event; resolves with what the agent is told. */
export async function tell(
  cwd: string,
  event: Hook,
  sh: readonly string[] = ["sh"],
): Promise<string> {
  const { code, stdout, stderr } = await run([...sh, "-c", HOOK_LINE], {
    cwd,
    stdin: JSON.stringify(event) + "\n",
  });
  assert.deepEqual([code, stderr], [0, ""]);
  if (stdout.trim() === "") return "";
  const { hookSpecificOutput: { hookEventName, additionalContext } } = JSON.parse(stdout);
  assert.equal(hookEventName, event.hook_event_name);
  return additionalContext;
}

/** A branch of its own for each scenario: a mount costs more. */
export class HookScene {
  constructor(readonly client: ControlClient, readonly branch: string, readonly root: string) {}

  path(name: string): string {
    return join(this.root, name);
  }

  tell(event: Hook, sh?: readonly string[]): Promise<string> {
    return tell(this.root, event, sh);
  }

  write(name: string, text: string): Promise<void> {
    return Deno.writeTextFile(this.path(name), text);
  }

  /** What was recorded on it, newest first. */
  async entries(): Promise<LogEntry[]> {
    const { entries } = await this.client.log({ branch: this.branch });
    return entries.filter(({ kind }) => kind !== "import");
  }
}
