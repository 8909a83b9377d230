/**
 * Which agent speaks, and what it says. The agents' JSON is told apart by its keys: the hooks of all are the same line of shell.
 *
 * @module
 */

import type { AgentEvent, HookInput } from "./agent_event.ts";
import { readClaude } from "./dialects/claude.ts";
import { isCodex, readCodex } from "./dialects/codex.ts";
import { isCursor, readCursor } from "./dialects/cursor.ts";
import { isGemini, readGemini } from "./dialects/gemini.ts";
import { isOpenCode, readOpenCode } from "./dialects/opencode.ts";
import { isVsCode, readVsCode } from "./dialects/vscode.ts";

/** Null for what is no event of an agent's. */
export function readEvent(hook: HookInput): AgentEvent | null {
  if (isCursor(hook)) return readCursor(hook);
  if (isVsCode(hook)) return readVsCode(hook);
  if (isGemini(hook)) return readGemini(hook);
  if (isOpenCode(hook)) return readOpenCode(hook);
  return isCodex(hook) ? readCodex(hook) : readClaude(hook);
}
