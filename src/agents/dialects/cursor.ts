/**
 * Cursor's hooks, as its documents have them: Claude Code's events with small first letters, and an answer of its own.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { type Dialect, number, readCommon, saidIn, text } from "./fields.ts";

const CURSOR: Dialect = {
  agent: "cursor",
  moments: {
    sessionStart: "session-start",
    beforeSubmitPrompt: "prompt",
    preToolUse: "call-start",
    postToolUse: "call-end",
    postToolUseFailure: "call-end",
    subagentStop: "subagent-end",
    stop: "turn-end",
    sessionEnd: "session-end",
  },
  listening: new Set(["sessionStart", "postToolUse"]),
};

/** Every event says of which conversation it is, and of which answer in it. */
export function isCursor(hook: HookInput): boolean {
  return text(hook, "cursor_version") !== null ||
    (text(hook, "conversation_id") !== null && text(hook, "generation_id") !== null);
}

export function readCursor(hook: HookInput): AgentEvent | null {
  const event = readCommon(hook, CURSOR);
  return event && {
    ...event,
    session: text(hook, "conversation_id") ?? event.session,
    prompt: text(hook, "generation_id"),
    said: saidIn(hook),
    call: text(hook, "tool_use_id"),
    delegates: event.tool === "Task",
    durationMs: number(hook, "duration"),
  };
}
