/**
 * What went wrong inside the daemon, as a client is told.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";
import { ThreadError } from "./posted_error.ts";

const HINTS: Readonly<Record<string, string>> = {
  no_space: "Free some space on the store's disk; nothing was lost and HEAD did not move",
  nothing_to_undo: "To drop what changed since the last checkpoint: agentvfs rollback HEAD",
  cannot_undo: "agentvfs rollback initial goes back to it",
  not_a_state: "agentvfs undo takes an apply back from the project; agentvfs log lists checkpoints",
  compacted: "agentvfs log tells which checkpoints are kept; agentvfs gc --help how to keep more",
  difference_too_large: "Name paths: agentvfs diff A B -- PATH… tells what differs below them",
  capture_under_way: "Ask again: what is being recorded is stored within a moment",
  unknown_ref: "agentvfs log lists the checkpoints there are",
};

/** Every error of a command as a {@linkcode ServiceError}. */
export function serviceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!(error instanceof ThreadError)) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(error instanceof Error ? error.stack : error);
    return new ServiceError("internal", `The daemon failed: ${message}`, { cause: error });
  }
  const { code, message, candidates } = error;
  const near = candidates.length === 0 ? undefined : candidates;
  const hint = near === undefined
    ? HINTS[code]
    : code === "ambiguous_ref"
    ? `It could be ${near.join(", ")}`
    : `Did you mean ${near.map((name) => JSON.stringify(name)).join(" or ")}?`;
  return new ServiceError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(near === undefined ? {} : { details: { candidates: near } }),
    cause: error,
  });
}
