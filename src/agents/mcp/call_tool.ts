/**
 * Calls a tool. What it could not do is a result too, so that the model reads why and what to do.
 *
 * @module
 */

import type { Undone } from "../../control/service/history.ts";
import type { MergeReport } from "../../control/service/merge.ts";
import type { ApplyReport } from "../../control/service/project.ts";
import { fit, MOST_CHARACTERS, words } from "./fit.ts";
import { ERROR, isRecord, RpcError } from "./messages.ts";
import type { Tool } from "./tool.ts";
import { TOOLS } from "./tools.ts";
import { applyText } from "./tools/apply.ts";
import { mergeText } from "./tools/merge.ts";
import { conflictLine, lines } from "./words.ts";
import type { Workspace } from "./workspace.ts";

/** Left for the sentence that says what is missing. */
const REST_CHARACTERS = 100;

export interface ToolResult {
  readonly content: readonly { type: "text"; text: string }[];
  /** The same as the text, for programs. Clients give the model one of the two. */
  readonly structuredContent?: object;
  readonly isError?: true;
}

/** `client`: who asks, as it calls itself. Throws {@linkcode RpcError} where no tool is meant. */
export async function callTool(
  workspace: Workspace,
  params: Readonly<Record<string, unknown>>,
  client?: string,
): Promise<ToolResult> {
  const tool = TOOLS.find(({ name }) => name === params.name);
  if (tool === undefined) {
    throw new RpcError(ERROR.badParams, `There is no tool ${JSON.stringify(params.name)}`);
  }
  const given = params.arguments ?? {};
  if (!isRecord(given)) {
    throw new RpcError(ERROR.badParams, "Arguments of a tool must be one JSON object");
  }
  try {
    return await done(tool, given, workspace, client);
  } catch (error) {
    return refused(error);
  }
}

async function done(
  tool: Tool,
  given: Record<string, unknown>,
  workspace: Workspace,
  client?: string,
): Promise<ToolResult> {
  const strange = Object.keys(given).find((name) =>
    !(tool.params as readonly string[]).includes(name)
  );
  if (strange !== undefined) {
    const known = tool.params.join(", ") || "nothing";
    throw new Error(
      `${tool.name} has no parameter ${JSON.stringify(strange)} (it takes: ${known})`,
    );
  }
  const agent = SIGNED.has(tool.method) && client !== undefined ? { agent: agentOf(client) } : {};
  const result = await workspace.ask(tool.method, { ...given, ...agent } as never) as Record<
    string,
    unknown
  >;
  const known = tool.fields.filter((name) => result[name] !== undefined);
  const { fields, left } = fit(tool, Object.fromEntries(known.map((name) => [name, result[name]])));
  const rest = left === 0 ? null : `Cut to fit, ${left} more: ${tool.rest}`;
  const note = lines(rest, await workspace.warning());
  return {
    content: [{ type: "text", text: lines(words(tool, fields), note) }],
    structuredContent: note === "" ? fields : { ...fields, note },
  };
}

/** What says in the log who did it. */
const SIGNED: ReadonlySet<string> = new Set(["checkpoint", "apply"]);

/** The agent as its hooks name it: clients call themselves `codex-mcp-client` and the like. */
function agentOf(client: string): string {
  return /^(claude|codex|cursor|gemini|opencode)\b/.exec(client)?.[1] ?? client;
}

function refused(error: unknown): ToolResult {
  const { message, hint, code, details } = error as Partial<Record<string, unknown>>;
  const what = error instanceof Error ? String(message) : String(error);
  const todo = typeof hint === "string" ? `What to do: ${hint}` : null;
  const reasons = (typeof code === "string" ? why(code, details) ?? "" : "").split("\n");
  const budget = MOST_CHARACTERS - lines(what, todo).length;
  const shown: string[] = [];
  let length = 0;
  for (const reason of reasons) {
    length += reason.length + 1;
    if (length > budget - REST_CHARACTERS) break;
    shown.push(reason);
  }
  const left = reasons.length - shown.length;
  const rest = left === 0 ? null : `Cut to fit, ${left} more: ask for a part, with paths`;
  const text = lines(what, ...shown, rest, todo).slice(0, MOST_CHARACTERS);
  return { content: [{ type: "text", text }], isError: true };
}

/** What the details of a refusal say. */
function why(code: string, details: unknown): string | null {
  switch (code) {
    case "merge_conflicts":
      return mergeText(details as MergeReport);
    case "apply_conflicts":
      return applyText(details as ApplyReport);
    case "undo_conflicts":
      return lines(...(details as Undone).conflicts.map(conflictLine));
    default:
      return null;
  }
}
