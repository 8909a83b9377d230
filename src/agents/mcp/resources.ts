/**
 * Checkpoints, and what each changed, as things that can be read: `agentvfs://checkpoint/ID`, `agentvfs://diff/ID`.
 *
 * @module
 */

import type { LogEntry } from "../../control/service/history.ts";
import { ERROR, RpcError } from "./messages.ts";
import { changeLine, counted, lines, named, shortId, shown } from "./words.ts";
import type { Workspace } from "./workspace.ts";

/** Checkpoints that are listed; older ones can be read all the same. */
const MOST_LISTED = 20;
/** Longest text of one, characters. */
const MOST_CHARACTERS = 1024 * 1024;
const TEXT = "text/plain";
const PATCH = "text/x-diff";

export const TEMPLATES = {
  resourceTemplates: [
    {
      uriTemplate: "agentvfs://checkpoint/{id}",
      name: "checkpoint",
      title: "A checkpoint",
      description:
        "When and why it was made, and the paths that it changed. ID: a label, an id, or HEAD~n",
      mimeType: TEXT,
    },
    {
      uriTemplate: "agentvfs://diff/{id}",
      name: "diff",
      title: "What a checkpoint changed",
      description: "The lines that it changed, as a patch against the one before",
      mimeType: PATCH,
    },
  ],
};

/** The newest checkpoints. */
export async function listResources(workspace: Workspace): Promise<object> {
  // Where nothing can be asked there is nothing to list: the tools say why.
  const entries = await workspace.ask("log", { limit: MOST_LISTED }).then(
    ({ entries }) => entries,
    () => [],
  );
  return {
    resources: entries.map((entry) => ({
      uri: `agentvfs://checkpoint/${entry.id}`,
      name: entry.label || shortId(entry.id),
      title: `Checkpoint ${named(entry)}`,
      description: lines(entry.time, entry.changed && counted(entry.changed), entry.message),
      mimeType: TEXT,
    })),
  };
}

/** Throws {@linkcode RpcError} where there is none. */
export async function readResource(
  workspace: Workspace,
  params: Readonly<Record<string, unknown>>,
): Promise<object> {
  const uri = String(params.uri);
  const [, kind, encoded] = /^agentvfs:\/\/(checkpoint|diff)\/(.+)$/.exec(uri) ?? [];
  if (encoded === undefined) throw unknown(uri, "There is no such resource");
  try {
    const ref = decodeURIComponent(encoded);
    const text = kind === "diff" ? await patch(workspace, ref) : await checkpoint(workspace, ref);
    const cut = text.length > MOST_CHARACTERS
      ? `${text.slice(0, MOST_CHARACTERS)}\n… cut: the tool diff with \`paths\` shows a part`
      : text;
    return { contents: [{ uri, mimeType: kind === "diff" ? PATCH : TEXT, text: cut }] };
  } catch (error) {
    throw unknown(uri, (error as Error).message);
  }
}

async function checkpoint(workspace: Workspace, ref: string): Promise<string> {
  const { commit, changes } = await workspace.ask("show", { ref });
  return lines(`Checkpoint ${commit.id}`, ...about(commit), ...changes.map(changeLine));
}

async function patch(workspace: Workspace, ref: string): Promise<string> {
  const { commit } = await workspace.ask("show", { ref });
  const [parent] = commit.parents;
  if (parent === undefined) return "";
  const { patch } = await workspace.ask("diff", { from: parent, to: commit.id, patch: true });
  return patch ?? "";
}

function about(commit: LogEntry): (string | null)[] {
  return [
    commit.label === null ? null : `Label: ${shown(commit.label)}`,
    `Time: ${commit.time}`,
    `Kind: ${commit.kind}`,
    commit.agent === null ? null : `By: ${shown(commit.agent)}`,
    commit.message === null ? null : `Message: ${shown(commit.message)}`,
    commit.parents.length === 0 ? null : `Parents: ${commit.parents.map(shortId).join(" ")}`,
  ];
}

function unknown(uri: string, why: string): RpcError {
  return new RpcError(ERROR.badParams, why, { uri });
}
