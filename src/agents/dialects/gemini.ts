/**
 * Gemini CLI's hooks. Its calls and prompts have no ids.
 *
 * @module
 */

import type { AgentEvent, HookInput, Moment } from "../agent_event.ts";
import { commandIn, object, saidIn, text } from "./fields.ts";

const MOMENTS: Readonly<Record<string, Moment>> = {
  SessionStart: "session-start",
  BeforeAgent: "prompt",
  BeforeTool: "call-start",
  AfterTool: "call-end",
  AfterAgent: "turn-end",
  SessionEnd: "session-end",
};

const LISTENING: ReadonlySet<string> = new Set(["SessionStart", "BeforeAgent", "AfterTool"]);

/** Every event of Gemini's says when it was. */
export function isGemini(hook: HookInput): boolean {
  return text(hook, "timestamp") !== null;
}

export function readGemini(hook: HookInput): AgentEvent | null {
  const name = text(hook, "hook_event_name");
  if (name === null) return null;
  const tool = text(hook, "tool_name");
  return {
    agent: "gemini",
    name,
    moment: MOMENTS[name] ?? "other",
    listens: LISTENING.has(name),
    session: text(hook, "session_id"),
    prompt: null,
    said: name === "BeforeAgent" ? saidIn(hook) : null,
    subagent: null,
    transcript: text(hook, "transcript_path"),
    tool,
    call: null,
    command: commandIn(object(hook, "tool_input")),
    delegates: tool === "invoke_agent",
    durationMs: null,
    exit: null,
  };
}
