/**
 * Claude Code's hooks, which others speak with small differences.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { type Dialect, number, object, readCommon, saidIn, text } from "./fields.ts";

const CLAUDE: Dialect = {
  agent: "claude",
  moments: {
    SessionStart: "session-start",
    UserPromptSubmit: "prompt",
    PreToolUse: "call-start",
    PostToolUse: "call-end",
    PostToolUseFailure: "call-end",
    PostToolBatch: "calls-end",
    SubagentStop: "subagent-end",
    Stop: "turn-end",
    StopFailure: "turn-end",
    SessionEnd: "session-end",
  },
  listening: new Set([
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "PostToolBatch",
  ]),
};

export function readClaude(hook: HookInput): AgentEvent | null {
  const event = readCommon(hook, CLAUDE);
  if (event === null) return null;
  const { name, tool } = event;
  return {
    ...event,
    prompt: text(hook, "prompt_id"),
    said: saidIn(hook),
    subagent: text(hook, "agent_id"),
    call: text(hook, "tool_use_id"),
    delegates: tool === "Agent" || tool === "Task",
    durationMs: number(hook, "duration_ms"),
    exit: exitOf(hook, name, tool),
    failed: name === "PostToolUseFailure",
    started: text(object(hook, "tool_response"), "agentId"),
  };
}

/** Only the shell has one. */
function exitOf(hook: HookInput, name: string, tool: string | null): number | null {
  if (tool !== "Bash") return null;
  if (name === "PostToolUse") return 0;
  const code = /^Exit code (\d+)/.exec(text(hook, "error") ?? "");
  return code === null ? null : Number(code[1]);
}
