/**
 * The answer to an agent's hook.
 *
 * Only keys that every agent takes: Codex drops an answer with a key that it does not know. Cursor has one of its own.
 *
 * @module
 */

import type { AgentEvent } from "./agent_event.ts";

/** What the model is to be told. Nothing to tell is an empty answer, and so is an event after which nobody listens. */
export function writeAnswer({ agent, name, listens }: AgentEvent, told: readonly string[]): string {
  if (!listens || told.length === 0) return "";
  const words = told.join("\n\n");
  return JSON.stringify(
    agent === "cursor"
      ? { additional_context: words }
      : { hookSpecificOutput: { hookEventName: name, additionalContext: words } },
  );
}
