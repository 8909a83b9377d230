/**
 * Codex's hooks: Claude's names with turns in place of prompts.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { type Dialect, readCommon, saidIn, text } from "./fields.ts";

const CODEX: Dialect = {
  agent: "codex",
  moments: {
    SessionStart: "session-start",
    UserPromptSubmit: "prompt",
    PreToolUse: "call-start",
    PostToolUse: "call-end",
    SubagentStop: "subagent-end",
    Stop: "turn-end",
    SessionEnd: "session-end",
  },
  listening: new Set(["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse"]),
};

/** Codex keeps a session in `…/rollout-TIME-ID.jsonl`; events in a turn say which. Of Claude's, only a displayed message does. */
export function isCodex(hook: HookInput): boolean {
  const transcript = text(hook, "transcript_path") ?? "";
  if (/(^|\/)rollout-[^/]*\.jsonl$/.test(transcript)) return true;
  return text(hook, "turn_id") !== null && text(hook, "message_id") === null &&
    text(hook, "prompt_id") === null;
}

export function readCodex(hook: HookInput): AgentEvent | null {
  const event = readCommon(hook, CODEX);
  return event && {
    ...event,
    prompt: text(hook, "turn_id"),
    said: saidIn(hook),
    subagent: text(hook, "agent_id"),
    call: text(hook, "tool_use_id"),
    delegates: event.tool !== null && /spawn_agent|wait_agent/.test(event.tool),
  };
}
