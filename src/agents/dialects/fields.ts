/**
 * Taking what is expected out of JSON that another program made.
 *
 * @module
 */

import type { AgentEvent, AgentName, HookInput, Moment } from "../agent_event.ts";

/** Longest command and prompt that are kept, characters. */
const LONGEST = { command: 1_000, said: 200 };

/** Why a session begins, in every dialect; the others are `startup` and `clear`. */
const RESUMING = new Set(["resume", "fork", "compact"]);

export function text(hook: HookInput, key: string): string | null {
  const value = hook[key];
  return typeof value === "string" && value !== "" ? value : null;
}

export function number(hook: HookInput, key: string): number | null {
  const value = hook[key];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** Empty where there is none. */
export function object(hook: HookInput, key: string): HookInput {
  const value = hook[key];
  return typeof value === "object" && value !== null ? value as HookInput : {};
}

/** What is an agent's own in the hooks that all of them have alike. */
export interface Dialect {
  readonly agent: AgentName;
  readonly moments: Readonly<Record<string, Moment>>;
  /** Events whose answer's `additionalContext` reaches the model. */
  readonly listening: ReadonlySet<string>;
}

/** What every dialect says by the same keys; null if it is no event. */
export function readCommon(
  hook: HookInput,
  { agent, moments, listening }: Dialect,
): AgentEvent | null {
  const name = text(hook, "hook_event_name");
  if (name === null) return null;
  return {
    agent,
    name,
    moment: moments[name] ?? "other",
    listens: listening.has(name),
    session: text(hook, "session_id"),
    resumes: RESUMING.has(text(hook, "source") ?? ""),
    prompt: null,
    said: null,
    subagent: null,
    transcript: text(hook, "transcript_path"),
    tool: text(hook, "tool_name"),
    call: null,
    command: commandIn(object(hook, "tool_input")),
    delegates: false,
    durationMs: null,
    exit: null,
    failed: false,
    started: null,
  };
}

/** The beginning of what the person said. */
export function saidIn(hook: HookInput): string | null {
  return beginning(text(hook, "prompt"), LONGEST.said);
}

/** What a tool's input says it is to do, in one line if possible. */
function commandIn(input: HookInput): string | null {
  const command = text(input, "command");
  const files = command === null ? null : filesOfPatch(command);
  const what = files ?? command ?? text(input, "file_path") ?? text(input, "notebook_path") ??
    text(input, "path") ?? filesIn(input) ?? text(input, "description");
  return beginning(what, LONGEST.command);
}

/** VS Code's tools take several. */
function filesIn({ files }: HookInput): string | null {
  if (!Array.isArray(files)) return null;
  return files.filter((file) => typeof file === "string").join(" ") || null;
}

/** Names of the files in the patch format of `apply_patch`. */
function filesOfPatch(command: string): string | null {
  if (!command.startsWith("*** Begin Patch")) return null;
  const names = command.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm);
  return [...names].map(([, name]) => name).join(" ") || null;
}

/** Whole characters; an ellipsis says that there is more. */
function beginning(words: string | null, length: number): string | null {
  if (words === null || words.length <= length) return words;
  return words.slice(0, length).replace(/[\ud800-\udbff]$/, "") + "…";
}
