/**
 * Claude Code's hooks, which Cursor's and VS Code's agents speak as well.
 *
 * @module
 */

import type { AgentEvent, HookInput, Moment } from "../agent_event.ts";
import { commandIn, number, object, saidIn, text } from "./fields.ts";

const MOMENTS: Readonly<Record<string, Moment>> = {
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
};

/** Events whose answer's `additionalContext` reaches the model. */
const LISTENING: ReadonlySet<string> = new Set([
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
]);

export function readClaude(hook: HookInput): AgentEvent | null {
  const name = text(hook, "hook_event_name");
  if (name === null) return null;
  const tool = text(hook, "tool_name");
  return {
    agent: "claude",
    name,
    moment: MOMENTS[name] ?? "other",
    listens: LISTENING.has(name),
    session: text(hook, "session_id"),
    prompt: text(hook, "prompt_id"),
    said: saidIn(hook),
    subagent: text(hook, "agent_id"),
    transcript: text(hook, "transcript_path"),
    tool,
    call: text(hook, "tool_use_id"),
    command: commandIn(object(hook, "tool_input")),
    delegates: tool === "Agent" || tool === "Task",
    durationMs: number(hook, "duration_ms"),
    exit: exitOf(hook, name, tool),
  };
}

/** Only the shell has one. */
function exitOf(hook: HookInput, name: string, tool: string | null): number | null {
  if (tool !== "Bash") return null;
  if (name === "PostToolUse") return 0;
  const code = /^Exit code (\d+)/.exec(text(hook, "error") ?? "");
  return code === null ? null : Number(code[1]);
}
