/**
 * Which events of an agent the hook is for. Claude Code and Codex take the same file; each ignores events that it does not know.
 *
 * @module
 */

import { HOOK_LINE } from "./hook_line.ts";
import { posixWord } from "../../host/shell_word.ts";

/** Tools that may change something. Reading and searching need no hook, and cost none. */
const CHANGING = "^(Bash|PowerShell|Edit|MultiEdit|Write|NotebookEdit|apply_patch|Agent|Task|" +
  "spawn_agent|mcp__.*)$";

/** Null: the event takes no matcher. */
const EVENTS: Readonly<Record<string, string | null>> = {
  SessionStart: null,
  UserPromptSubmit: null,
  PreToolUse: CHANGING,
  PostToolUse: CHANGING,
  PostToolUseFailure: CHANGING,
  PostToolBatch: null,
  SubagentStop: null,
  Stop: null,
  SessionEnd: null,
};

/** Those that Codex knows: its own file has no others. */
const CODEX_EVENTS = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "SubagentStop",
  "Stop",
  "SessionEnd",
];

const GEMINI_EVENTS: Readonly<Record<string, string | null>> = {
  SessionStart: null,
  BeforeAgent: null,
  BeforeTool: "run_shell_command|replace|write_file|mcp_.*",
  AfterTool: "run_shell_command|replace|write_file|mcp_.*",
  AfterAgent: null,
  SessionEnd: null,
};

/** Names as Cursor has them. It runs what is in a home in its own directory there, and says in a variable where the project is. */
const CURSOR_EVENTS = [
  ...["sessionStart", "beforeSubmitPrompt", "preToolUse", "postToolUse", "postToolUseFailure"],
  ...["subagentStop", "stop", "sessionEnd"],
];
const CURSOR_LINE = `cd "\${CURSOR_PROJECT_DIR:-.}" 2>/dev/null; ${HOOK_LINE}`;

/** VS Code's eight, but for the one that tells nothing new. It knows no matchers. */
const VSCODE_EVENTS = [
  ...["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "SubagentStop", "Stop"],
];

/** Seconds. The hook takes milliseconds; this is for a machine that stands still. */
const TIMEOUT = 10;
/** Codex allows no more at the end, and Claude Code less. */
const END_TIMEOUT = 3;

/** Outside of a mount git checks a whole tree out. */
const WORKTREE_TIMEOUT = 120;

export type Hooks = Readonly<Record<string, readonly object[]>>;

/**
 * By event, as in the plug-in's `hooks.json`. Worktrees are another thing than the rest: Claude Code asks for one, and waits for the
 * directory, so `program` itself answers.
 */
export function claudeHooks(program: string): Hooks {
  const worktree = (what: string) => [{
    hooks: [{
      type: "command",
      command: `${posixWord(program)} worktree ${what}`,
      timeout: WORKTREE_TIMEOUT,
    }],
  }];
  return {
    ...hooksFor(EVENTS, { type: "command", command: HOOK_LINE }, 1),
    WorktreeCreate: worktree("create"),
    WorktreeRemove: worktree("remove"),
  };
}

export function codexHooks(): Hooks {
  const events = Object.fromEntries(CODEX_EVENTS.map((name) => [name, EVENTS[name] ?? null]));
  return hooksFor(events, { type: "command", command: HOOK_LINE }, 1);
}

/** Its times are milliseconds. */
export function geminiHooks(): Hooks {
  const handler = { name: "agentvfs", type: "command", command: HOOK_LINE };
  return hooksFor(GEMINI_EVENTS, handler, 1000);
}

export function cursorHooks(): Hooks {
  return Object.fromEntries(CURSOR_EVENTS.map((name) => [name, [{ command: CURSOR_LINE }]]));
}

export function vscodeHooks(): Hooks {
  const handler = { type: "command", command: HOOK_LINE, timeout: TIMEOUT };
  return Object.fromEntries(VSCODE_EVENTS.map((name) => [name, [handler]]));
}

/** `second`: how much of the agent's unit of time that is. */
function hooksFor(
  events: Readonly<Record<string, string | null>>,
  handler: object,
  second: number,
): Hooks {
  return Object.fromEntries(
    Object.entries(events).map(([name, matcher]) => {
      const timeout = (name === "SessionEnd" ? END_TIMEOUT : TIMEOUT) * second;
      const hooks = [{ ...handler, timeout }];
      return [name, [{ ...(matcher === null ? {} : { matcher }), hooks }]];
    }),
  );
}
