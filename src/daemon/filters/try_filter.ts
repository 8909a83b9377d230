/**
 * Runs a filter over events that were written down, in a process as the daemon's filters have it.
 *
 * @module
 */

import { closeBell, createBell, ring } from "../../host/cell/bell.ts";
import type { Answer } from "../../filters/answer.ts";
import { BATCH_DEADLINE_MS, BatchLane } from "../../filters/batch_lane.ts";
import { FilterError } from "../../filters/filter.ts";
import { FilterHost } from "../../filters/filter_host.ts";
import type { TelemetryEvent } from "../../telemetry/event.ts";
import { selfCommand } from "../workspaces/spawn.ts";

export interface Tried {
  /** One for each event; null: it failed, or did not come back. */
  readonly answers: readonly (Answer | null)[];
  /** Why it failed last. */
  readonly trouble: string | null;
  /** All of it, ms. */
  readonly ms: number;
}

const LOOK_MS = 1;

/** Rejects with `FilterError` for a file that is no filter. */
export async function tryFilter(
  name: string,
  file: string,
  events: readonly TelemetryEvent[],
): Promise<Tried> {
  const answered = createBell();
  if (answered === null) throw new FilterError("no_filters_here", "No filter can be heard");
  const host = new FilterHost({
    name,
    file,
    command: selfCommand(),
    asked: answered.rings,
    batch: answered.rings,
    tell: () => {},
  });
  try {
    await host.start();
    const lane = new BatchLane(host.memory, () => ring(host.handle.wake));
    const begun = performance.now();
    const answers: (Answer | null)[] = [];
    let late = 0;
    while (answers.length < events.length && host.state !== "disabled") {
      const ofOne = await ofBatch(host, lane, events, answers.length);
      if (typeof ofOne === "number") late += ofOne;
      answers.push(...typeof ofOne === "number" ? new Array(ofOne).fill(null) : ofOne);
    }
    while (answers.length < events.length) answers.push(null);
    const failed = late > 0
      ? `it did not come back from ${late} events in ${BATCH_DEADLINE_MS} ms of CPU time`
      : host.memory.text;
    return {
      answers,
      trouble: host.trouble ?? (failed === "" ? null : failed),
      ms: performance.now() - begun,
    };
  } finally {
    await host.stop();
    closeBell(answered);
  }
}

/**
 * The answers to as many as go into one batch; or how many those were, if they did not come in time. That is time of its own: what
 * else the machine does says nothing of the filter.
 */
async function ofBatch(
  host: FilterHost,
  lane: BatchLane,
  events: readonly TelemetryEvent[],
  from: number,
): Promise<(Answer | null)[] | number> {
  const count = lane.send(events, from);
  if (count === 0) {
    await pause();
    return [];
  }
  const before = host.computedMs;
  while (host.state === "running") {
    const isLate = host.computedMs - before > BATCH_DEADLINE_MS;
    const answers = lane.take();
    if (answers !== null) return answers;
    if (isLate) break;
    await pause();
  }
  lane.giveUp();
  return count;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
