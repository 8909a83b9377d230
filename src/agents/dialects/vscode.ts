/**
 * The hooks of VS Code's agents, as its documents have them: Claude Code's, with the time, and some keys written in another way.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { readClaude } from "./claude.ts";
import { text } from "./fields.ts";

/** Gemini's hooks say the time as well, but have other events. */
export function isVsCode(hook: HookInput): boolean {
  if (text(hook, "timestamp") === null) return false;
  const event = nameOf(hook) ?? "";
  return text(hook, "hookEventName") !== null || text(hook, "source") === "new" ||
    /^(UserPromptSubmit|(Pre|Post)ToolUse|PreCompact|Subagent(Start|Stop)|Stop)$/.test(event);
}

export function readVsCode(hook: HookInput): AgentEvent | null {
  const event = readClaude({
    ...hook,
    hook_event_name: nameOf(hook),
    session_id: text(hook, "session_id") ?? text(hook, "sessionId"),
  });
  return event && { ...event, agent: "vscode" };
}

function nameOf(hook: HookInput): string | null {
  return text(hook, "hook_event_name") ?? text(hook, "hookEventName");
}
