/**
 * Where events pass the filters on their way into the log: in batches, from one filter to the next, in their order. A filter that
 * does not answer in time has said nothing, and no event is lost for it.
 *
 * @module
 */

import type { TelemetryEvent } from "../telemetry/event.ts";
import type { Answer } from "./answer.ts";
import { BATCH_DEADLINE_MS, type BatchLane } from "./batch_lane.ts";
import type { OpenLane } from "./open_lanes.ts";
import { BATCH_EVENTS } from "./shared_layout.ts";

/** Events that may wait for filters; with more, those that wait go into the log as they are. */
const MOST_WAITING = 50_000;

interface Batch {
  /** Those that were dropped are null. */
  events: (TelemetryEvent | null)[];
  /** Which filter looks at it, and how many it has seen. */
  filter: number;
  seen: number;
  /** Sent and not answered. */
  sent: number;
  deadline: number;
}

export class FilterStage {
  #lanes: readonly OpenLane<BatchLane>[] = [];
  #waiting: TelemetryEvent[] = [];
  #batch: Batch | null = null;

  /** `write` is given what passed, in its order; `unfiltered` how many events could not wait. */
  constructor(
    readonly write: (event: TelemetryEvent) => void,
    readonly unfiltered: (count: number) => void,
  ) {}

  /** From now on there are these filters. A batch that is under way is given up. */
  set(lanes: readonly OpenLane<BatchLane>[]): void {
    this.#putBack();
    this.#lanes = lanes;
    if (lanes.length === 0) this.#writeAll();
  }

  add(event: TelemetryEvent): void {
    if (this.#lanes.length === 0) return this.write(event);
    this.#waiting.push(event);
    if (this.#waiting.length <= MOST_WAITING) return;
    this.unfiltered(this.#waiting.length);
    this.#writeAll();
  }

  /** When {@linkcode pump} has something to do even if no filter answers; Infinity: nothing waits. */
  get deadline(): number {
    return this.#batch?.deadline ?? Infinity;
  }

  /** Takes what filters have answered, and asks on. To be called when events were added, and when a filter answered. */
  pump(now: number): void {
    while (true) {
      const batch = this.#batch ??= this.#nextBatch();
      if (batch === null) return;
      const lane = this.#lanes[batch.filter]?.lane;
      if (lane === undefined) this.#finish(batch);
      else if (!this.#passOn(batch, lane, now)) return;
    }
  }

  /** Writes everything that waits, without asking any filter. */
  finish(): void {
    this.#putBack();
    this.#writeAll();
  }

  /** False: an answer has to be waited for. */
  #passOn(batch: Batch, lane: BatchLane, now: number): boolean {
    if (batch.sent > 0) {
      const answers = lane.take();
      if (answers === null && now < batch.deadline) return false;
      if (answers === null) lane.giveUp();
      const { name } = this.#lanes[batch.filter]!;
      answers?.forEach((answer, i) => {
        const at = batch.seen + i;
        batch.events[at] = applied(batch.events[at]!, answer, name);
      });
      batch.seen += batch.sent;
      batch.sent = 0;
    }
    batch.sent = batch.seen === batch.events.length
      ? 0
      : lane.send(batch.events as TelemetryEvent[], batch.seen);
    batch.deadline = now + BATCH_DEADLINE_MS;
    if (batch.sent > 0) return true;
    // It has seen all, or does not run.
    batch.events = batch.events.filter((event) => event !== null);
    batch.seen = 0;
    batch.filter++;
    return true;
  }

  #nextBatch(): Batch | null {
    const events = this.#waiting.splice(0, BATCH_EVENTS);
    return events.length === 0 ? null : { events, filter: 0, seen: 0, sent: 0, deadline: Infinity };
  }

  #finish({ events }: Batch): void {
    this.#batch = null;
    for (const event of events) if (event !== null) this.write(event);
  }

  /** What is under way is not waited for any more. */
  #putBack(): void {
    const batch = this.#batch;
    if (batch === null) return;
    if (batch.sent > 0) this.#lanes[batch.filter]!.lane.giveUp();
    this.#finish(batch);
  }

  #writeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.write(event);
  }
}

/**
 * An event with what a filter said of it; null: it is not for the log. What was denied stays in the log, and what the program
 * tells of itself stays as it is. It is too late to deny anything: such a word only marks the event.
 */
function applied(
  event: TelemetryEvent,
  answer: Answer | null,
  filter: string,
): TelemetryEvent | null {
  if (answer === null || event.provider === "agentvfs") return event;
  if (answer.drop && event.verdict !== "deny") return null;
  const marks = answer.verdict !== "allow" && event.verdict !== "deny";
  const extra = { ...event.extra, ...answer.extra, ...(marks ? { filter } : {}) };
  const tags = [...event.tags ?? [], ...answer.tags];
  return {
    ...event,
    ...(marks ? { verdict: "watch" as const } : {}),
    ...(tags.length === 0 ? {} : { tags }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
