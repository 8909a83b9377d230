/**
 * A checkpoint as a commit's message, and what such a message says of the checkpoint.
 *
 * @module
 */

import type { CommitInfo } from "../../history/commits/commit.ts";

/** Names the checkpoint that a commit was made from. */
export const CHECKPOINT_TRAILER = "Agentvfs-Checkpoint";

/** Label as subject, message as body, the rest as trailers. */
export function commitMessage(commit: CommitInfo): string {
  const { id, branch, kind, agent } = commit;
  const [first = "", ...rest] = withoutNul(commit.message).trim().split("\n");
  const label = oneLine(commit.label);
  const subject = label || first.trim() || `${kind} ${id.slice(0, 12)}`;
  const body = (label === "" ? rest : [first, ...rest]).join("\n").trim();
  const trailers = [
    `${CHECKPOINT_TRAILER}: ${id}`,
    `Agentvfs-Branch: ${branch}`,
    ...(kind === "checkpoint" ? [] : [`Agentvfs-Kind: ${kind}`]),
    ...(agent === null ? [] : [`Agentvfs-Agent: ${oneLine(agent)}`]),
  ];
  return [subject, ...(body === "" ? [] : [body]), trailers.join("\n")].join("\n\n") + "\n";
}

/** Who made it, as git names somebody; null where that is not known. */
export function agentIdentity({ agent }: CommitInfo): string | null {
  const name = oneLine(agent ?? "").replace(/[<>]/g, "").trim();
  return name === "" ? null : `${name} <${name.replace(/[^\w.+-]+/g, "-")}@agentvfs>`;
}

function oneLine(text: string): string {
  return withoutNul(text).replace(/\s*[\r\n]\s*/g, " ").trim();
}

function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}
