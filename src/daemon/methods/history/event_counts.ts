/**
 * How many events the log has of a checkpoint or a call, and of whom.
 *
 * @module
 */

import type { EventCounts } from "../../../control/service/history.ts";
import { ofCall, spanOf, tally } from "../../../telemetry/log/event_span.ts";
import { inTurns } from "../../../telemetry/log/steps.ts";

const MOST_PROCESSES = 20;

export interface Counted {
  readonly branch: string;
  readonly commit: string;
  /** The call that is meant, rather than the checkpoint; null: none is. */
  readonly call: string | null;
}

/** Null where the log does not tell of it. Whoever else asks the daemon does not wait for it. */
export async function eventCounts(
  directory: string,
  { branch, commit, call }: Counted,
): Promise<EventCounts | null> {
  const log = { directory, makes: false };
  const span = call !== null
    ? ofCall(call, branch)
    : await inTurns(spanOf(log, ({ id }, its) => id === commit && its === branch));
  if (span === null) return null;
  const { count, processes } = await inTurns(tally(log, span));
  return {
    count,
    processCount: processes.length,
    processes: processes.slice(0, MOST_PROCESSES).map((process) => ({ ...process })),
  };
}
