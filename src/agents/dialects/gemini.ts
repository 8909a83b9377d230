/**
 * Gemini CLI's hooks. Its calls and prompts have no ids.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { type Dialect, readCommon, saidIn, text } from "./fields.ts";

const GEMINI: Dialect = {
  agent: "gemini",
  moments: {
    SessionStart: "session-start",
    BeforeAgent: "prompt",
    BeforeTool: "call-start",
    AfterTool: "call-end",
    AfterAgent: "turn-end",
    SessionEnd: "session-end",
  },
  listening: new Set(["SessionStart", "BeforeAgent", "AfterTool"]),
};

/** Every event of Gemini's says when it was. */
export function isGemini(hook: HookInput): boolean {
  return text(hook, "timestamp") !== null;
}

export function readGemini(hook: HookInput): AgentEvent | null {
  const event = readCommon(hook, GEMINI);
  return event && {
    ...event,
    said: event.name === "BeforeAgent" ? saidIn(hook) : null,
    delegates: event.tool === "invoke_agent",
  };
}
