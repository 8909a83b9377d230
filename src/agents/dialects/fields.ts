/**
 * Taking what is expected out of JSON that another program made.
 *
 * @module
 */

import { resolve } from "node:path";
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
    files: filesIn(text(hook, "tool_name"), object(hook, "tool_input"), text(hook, "cwd")),
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
  const files = command === null ? [] : filesOfPatch(command);
  const what = (files.join(" ") || command) ?? text(input, "file_path") ??
    text(input, "notebook_path") ?? text(input, "path") ?? severalFiles(input) ??
    text(input, "description");
  return beginning(what, LONGEST.command);
}

/** VS Code's tools take several. */
function severalFiles({ files }: HookInput): string | null {
  if (!Array.isArray(files)) return null;
  return files.filter((file) => typeof file === "string").join(" ") || null;
}

/** Names of the files in the patch format of `apply_patch`. */
function filesOfPatch(command: string): string[] {
  if (!command.startsWith("*** Begin Patch")) return [];
  const names = command.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm);
  return [...names].map(([, name]) => name!);
}

/** Tools that write the file that they name, as the agents call them. */
const EDITORS = /^((multi|notebook)?edit|write|write_file|replace|apply_patch)$/i;

/** What an editing tool says it edits. */
function filesIn(tool: string | null, input: HookInput, cwd: string | null): string[] {
  if (tool === null || !EDITORS.test(tool)) return [];
  const file = text(input, "file_path") ?? text(input, "notebook_path") ?? text(input, "path");
  const files = file === null ? filesOfPatch(text(input, "command") ?? "") : [file];
  return cwd === null ? files : files.map((name) => resolve(cwd, name));
}

/** Whole characters; an ellipsis says that there is more. */
function beginning(words: string | null, length: number): string | null {
  if (words === null || words.length <= length) return words;
  return words.slice(0, length).replace(/[\ud800-\udbff]$/, "") + "…";
}
