/**
 * OpenCode, which has no hooks of its own: our plug-in for it speaks Claude Code's dialect and says who it is.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "../agent_event.ts";
import { readClaude } from "./claude.ts";

export function isOpenCode(hook: HookInput): boolean {
  return hook.agent === "opencode";
}

export function readOpenCode(hook: HookInput): AgentEvent | null {
  const event = readClaude(hook);
  return event && { ...event, agent: "opencode" };
}
