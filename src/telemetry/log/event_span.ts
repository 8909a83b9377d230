/**
 * Which events are of a checkpoint or of a tool call, and how many of whom they are.
 *
 * What is in a checkpoint was done on its branch after the one before it, or after the branch was moved, and before the
 * instant that it holds: the log has both as events with the times of those instants.
 *
 * @module
 */

import type { Actor } from "../index/actor.ts";
import { type EventQuestion, partsFor, selectRows } from "../index/select_rows.ts";
import { type LoggedEvent, parseLoggedEvent, timeOf } from "../logged_event.ts";
import { LineReader } from "./line_reader.ts";
import { logParts } from "./log_parts.ts";
import { foundLines, linesQuestion } from "./log_reader.ts";
import type { Steps } from "./steps.ts";

/** Shortest beginning of an id that is looked for, as in the history. */
const SHORTEST = 4;

type Checkpoint = NonNullable<LoggedEvent["agentvfs"]["checkpoint"]>;

/** Events that belong together. */
export interface EventSpan {
  /** Null: any. */
  readonly branch: string | null;
  /** The call that they are of; null: of any, or of none. */
  readonly call: string | null;
  /** µs since 1970: they were later; null: from the log's beginning on. */
  readonly after: number | null;
  /** … and not later than this. */
  readonly upTo: number | null;
}

export function ofCall(call: string, branch: string | null): EventSpan {
  return { branch, call, after: null, upTo: null };
}

export interface LookedThrough {
  readonly directory: string;
  /** False: the index of a file is not written where it lacks one. */
  readonly makes: boolean;
}

/** Of the last checkpoint that is meant; null: the log does not tell of it any more. */
export function* spanOf(
  log: LookedThrough,
  isMeant: (checkpoint: Checkpoint, branch: string) => boolean,
): Steps<EventSpan | null> {
  let found = null as { branch: string; upTo: number } | null;
  const question: EventQuestion = { actions: ["checkpoint", "move"] };
  const options = { newestFirst: true, makes: log.makes };
  for (const part of logParts(log.directory, linesQuestion(question, options))) {
    for (const line of [...foundLines(part, question)].reverse()) {
      const event = parseLoggedEvent(line);
      const { branch, checkpoint } = event?.agentvfs ?? {};
      if (event === null || branch === undefined || checkpoint === undefined) continue;
      if (found?.branch === branch) {
        return { ...found, call: null, after: timeOf(event) };
      }
      const isIt = found === null && event.event.action === "checkpoint";
      if (isIt && isMeant(checkpoint, branch)) found = { branch, upTo: timeOf(event) };
    }
    yield;
  }
  return found === null ? null : { ...found, call: null, after: null };
}

/** The checkpoint that has what an event tells of; null: it is in none yet. */
export function* checkpointOf(log: LookedThrough, event: LoggedEvent): Steps<Checkpoint | null> {
  const question: EventQuestion = { actions: ["checkpoint", "move"], since: timeOf(event) };
  for (const part of logParts(log.directory, linesQuestion(question, { makes: log.makes }))) {
    for (const line of foundLines(part, question)) {
      const next = parseLoggedEvent(line);
      if (next?.agentvfs.branch !== event.agentvfs.branch) continue;
      return next?.event.action === "checkpoint" ? next.agentvfs.checkpoint ?? null : null;
    }
    yield;
  }
  return null;
}

/** What is asked of the index. */
export function spanQuestion({ branch, call, after, upTo }: EventSpan): EventQuestion {
  return {
    ...(after === null ? {} : { since: after + 1 }),
    ...(upTo === null ? {} : { until: upTo }),
    actor: (actor) =>
      actor.own !== true && (branch === null || actor.branch === branch) &&
      (call === null || isOf(actor, call)),
  };
}

function isOf(actor: Actor, call: string): boolean {
  return actor.call === call || actor.calls?.includes(call) === true;
}

/** The whole id of the last call that has this one, or begins so; null: the log tells of none. */
export function* callOf(log: LookedThrough, ref: string): Steps<string | null> {
  const question = { columns: ["actors"], newestFirst: true, makes: log.makes } as const;
  let begun: string | null = null;
  for (const { part } of logParts(log.directory, question)) {
    const calls = part.actors.flatMap(({ call, calls = [] }) =>
      call === undefined ? calls : [call, ...calls]
    );
    if (calls.includes(ref)) return ref;
    if (ref.length >= SHORTEST) begun ??= calls.findLast((call) => call.startsWith(ref)) ?? null;
    yield;
  }
  return begun;
}

export interface EventTally {
  readonly count: number;
  /** Those with most events first. */
  readonly processes: readonly { pid: number | null; program: string | null; events: number }[];
}

/** How many there are, and of whom. */
export function* tally(log: LookedThrough, span: EventSpan): Steps<EventTally> {
  const question = spanQuestion(span);
  const counts = new Map<string, { actor: Actor; events: number }>();
  for (const { part } of logParts(log.directory, { ...partsFor(question), makes: log.makes })) {
    const rows = selectRows(part, question);
    const known = rows === null ? [] : part.actors.map((actor) => countOf(counts, actor));
    rows?.forEach((isMeant, row) => known[part.actor[row]!]!.events += isMeant);
    yield;
  }
  const processes = [...counts.values()].filter(({ events }) => events > 0)
    .map(({ actor, events }) => ({ pid: actor.pid ?? null, program: actor.name ?? null, events }))
    .sort((a, b) => b.events - a.events);
  return { count: processes.reduce((sum, { events }) => sum + events, 0), processes };
}

function countOf(counts: Map<string, { actor: Actor; events: number }>, actor: Actor) {
  const key = actor.entity ?? `${actor.pid} ${actor.name}`;
  let known = counts.get(key);
  if (known === undefined) counts.set(key, known = { actor, events: 0 });
  return known;
}

/** The event that has this number; null: the log does not tell of it any more, or not yet. */
export function* eventOf(log: LookedThrough, sequence: number): Steps<string | null> {
  const parts = logParts(log.directory, {
    columns: ["offset"],
    newestFirst: true,
    makes: log.makes,
  });
  for (const { file, part } of parts) {
    if (part.rows > 0) {
      using reader = new LineReader(file);
      const lineOf = (row: number) => reader.lineAt(part.header.from + part.offset[row]!) ?? "";
      const numberOf = (row: number) => parseLoggedEvent(lineOf(row))?.event.sequence ?? NaN;
      if (numberOf(0) <= sequence) {
        let [low, high] = [0, part.rows];
        while (high - low > 1) {
          const middle = (low + high) >>> 1;
          if (numberOf(middle) <= sequence) low = middle;
          else high = middle;
        }
        return numberOf(low) === sequence ? lineOf(low) : null;
      }
    }
    yield;
  }
  return null;
}
