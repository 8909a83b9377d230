/**
 * Makes one event of the writes that follow each other: of a process to a file, as long as nothing else happens to the file.
 *
 * A program that writes a large file does so in thousands of calls. What was written where is kept: ranges that touch each other
 * are one, and a run of very many ranges ends. A run stands where its first write was, so what came after it waits for its end:
 * events are told in the order in which they began.
 *
 * @module
 */

import type { TelemetryEvent } from "./event.ts";

/** Longest time that a run goes on, ms: what was written is to be in the log soon. */
export const RUN_MS = 100;
/** Ranges of a run. */
const MOST_RANGES = 16;
/** Runs at a time. */
const MOST_RUNS = 1024;

interface Run {
  readonly first: TelemetryEvent;
  /** What was written, in no order: where it begins and ends. */
  readonly ranges: [start: number, end: number][];
  count: number;
  bytes: number;
  isOver: boolean;
}

/** What waits is looked through anew when so much of it was told. */
const COMPACT_AFTER = 4096;

export class WriteRuns {
  /** Those that go on, by file; the one that began first comes first. */
  readonly #runs = new Map<string, Run>();
  /** What was not told yet, the oldest first, behind {@linkcode #told} that were. */
  #waiting: (TelemetryEvent | Run)[] = [];
  #told = 0;

  constructor(readonly tell: (event: TelemetryEvent) => void) {}

  /** When the next run ends at the latest; Infinity: there is none. */
  get endsAt(): number {
    for (const { first } of this.#runs.values()) return first.time + RUN_MS;
    return Infinity;
  }

  /** Those that go on. */
  get count(): number {
    return this.#runs.size;
  }

  add(event: TelemetryEvent): void {
    const key = event.provider === "mount" ? keyOf(event) : "";
    const run = key === "" ? undefined : this.#runs.get(key);
    const isOfRun = isWrite(event);
    if (isOfRun && run !== undefined && isGoingOn(run, event) && extend(run, event)) return;
    if (run !== undefined) this.#end(key, run);
    if (isOfRun) this.#begin(key, event);
    else if (this.#runs.size === 0 && this.#waiting.length === 0) this.tell(event);
    else this.#waiting.push(event);
    this.#tellReady();
  }

  /** Ends the runs that began long enough before `now`. */
  endDue(now: number): void {
    for (const [key, run] of this.#runs) {
      if (run.first.time + RUN_MS > now) break;
      this.#end(key, run);
    }
    this.#tellReady();
  }

  endAll(): void {
    this.endDue(Infinity);
  }

  #begin(key: string, first: TelemetryEvent): void {
    if (this.#runs.size >= MOST_RUNS) this.endAll();
    const { offset = 0, bytes = 0 } = first;
    const ranges: Run["ranges"] = [[offset, offset + bytes]];
    const run = { first, ranges, count: 1, bytes, isOver: false };
    this.#runs.set(key, run);
    this.#waiting.push(run);
  }

  #end(key: string, run: Run): void {
    this.#runs.delete(key);
    run.isOver = true;
  }

  /** What no run that goes on is before. */
  #tellReady(): void {
    const waiting = this.#waiting;
    while (this.#told < waiting.length) {
      const next = waiting[this.#told]!;
      if (!("first" in next)) this.tell(next);
      else if (next.isOver) this.tell(eventOf(next));
      else break;
      this.#told++;
    }
    if (this.#told === waiting.length || this.#told >= COMPACT_AFTER) {
      this.#waiting = waiting.slice(this.#told);
      this.#told = 0;
    }
  }
}

function eventOf({ first, ranges, count, bytes }: Run): TelemetryEvent {
  if (count === 1) return first;
  const sorted = ranges.toSorted((a, b) => a[0] - b[0]);
  return {
    ...first,
    offset: sorted[0]![0],
    bytes,
    count,
    ...(sorted.length === 1
      ? {}
      : { ranges: sorted.map(([start, end]) => [start, end - start] as const) }),
  };
}

/** A file, by what identifies it in a mount. */
function keyOf({ view, inode, node }: TelemetryEvent): string {
  return `${view} ${inode ?? node}`;
}

function isWrite({ provider, action, error, verdict }: TelemetryEvent): boolean {
  return provider === "mount" && action === "write" && error === 0 && verdict === "allow";
}

function isGoingOn({ first }: Run, event: TelemetryEvent): boolean {
  return event.process?.pid === first.process?.pid && event.path === first.path &&
    event.time - first.time < RUN_MS;
}

/** False if there are too many ranges. */
function extend(run: Run, { offset = 0, bytes = 0 }: TelemetryEvent): boolean {
  const end = offset + bytes;
  const touching = run.ranges.findLast((range) => offset <= range[1] && end >= range[0]);
  if (touching !== undefined) {
    touching[0] = Math.min(touching[0], offset);
    touching[1] = Math.max(touching[1], end);
  } else {
    if (run.ranges.length >= MOST_RANGES) return false;
    run.ranges.push([offset, end]);
  }
  run.count++;
  run.bytes += bytes;
  return true;
}
