/**
 * Codex's hooks: Claude's names with turns in place of prompts.
 *
 * @module
 */

import type { AgentEvent, HookInput, Moment } from "../agent_event.ts";
import { commandIn, object, saidIn, text } from "./fields.ts";

const MOMENTS: Readonly<Record<string, Moment>> = {
  SessionStart: "session-start",
  UserPromptSubmit: "prompt",
  PreToolUse: "call-start",
  PostToolUse: "call-end",
  SubagentStop: "subagent-end",
  Stop: "turn-end",
  SessionEnd: "session-end",
};

const LISTENING: ReadonlySet<string> = new Set([
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
]);

/** Codex keeps a session in `…/rollout-TIME-ID.jsonl`; events in a turn say which. Of Claude's, only a displayed message does. */
export function isCodex(hook: HookInput): boolean {
  const transcript = text(hook, "transcript_path") ?? "";
  if (/(^|\/)rollout-[^/]*\.jsonl$/.test(transcript)) return true;
  return text(hook, "turn_id") !== null && text(hook, "message_id") === null &&
    text(hook, "prompt_id") === null;
}

export function readCodex(hook: HookInput): AgentEvent | null {
  const name = text(hook, "hook_event_name");
  if (name === null) return null;
  const tool = text(hook, "tool_name");
  return {
    agent: "codex",
    name,
    moment: MOMENTS[name] ?? "other",
    listens: LISTENING.has(name),
    session: text(hook, "session_id"),
    prompt: text(hook, "turn_id"),
    said: saidIn(hook),
    subagent: text(hook, "agent_id"),
    transcript: text(hook, "transcript_path"),
    tool,
    call: text(hook, "tool_use_id"),
    command: commandIn(object(hook, "tool_input")),
    delegates: tool !== null && /spawn_agent|wait_agent/.test(tool),
    durationMs: null,
    exit: null,
  };
}
