import type { NewEvent } from "../events/workspace_events.ts";
import { logEntry } from "../threads/reports.ts";
import type { Advance } from "./branch.ts";

/** What is told of a branch that stands on another checkpoint. */
export function advanceEvent({ branch, from, to, moved, isUnsettled }: Advance): NewEvent {
  const kind = moved ?? "checkpoint";
  if (isUnsettled) return { kind, branch, id: null, from: from.id };
  const { id, label, kind: commit, changed, parents, agent, details } = logEntry(to, null);
  const isNew = parents[0] === from.id;
  return {
    ...{ kind, branch, id, from: from.id, label, commit },
    ...(isNew && changed !== null ? { changed } : {}),
    ...(isNew && agent !== null ? { agent } : {}),
    ...(isNew && details !== undefined ? { details } : {}),
  };
}
