/**
 * What sees things happen. Each source is a row of `telemetry status` and doctor, and stands behind this interface:
 * the telemetry thread polls the descriptors of those that have one and lets them tell what there is.
 *
 * @module
 */

import type { Provider, TelemetryEvent } from "./event.ts";

/** What a person is told of a source: a sentence or less each. */
export interface SourceDescription {
  readonly name: Provider;
  readonly needs: string;
  readonly sees: string;
  readonly misses: string;
  readonly costs: string;
  /** What it can refuse, and with which error; null: nothing. */
  readonly denies: string | null;
}

export interface Source {
  readonly name: Provider;
  /** Readable when {@linkcode take} has something to tell; null: it is asked every {@linkcode pollMs}. */
  readonly fd: number | null;
  /** Where it has no descriptor, ms. */
  readonly pollMs?: number;
  /** Tells what there is, oldest first, and returns; never waits. What was lost is told as an event, too. */
  take(tell: (event: TelemetryEvent) => void): void;
  /** Ends it; twice is nothing. */
  stop(): void;
}

/** A source cannot start here. The message says why and what would help; the others go on. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  constructor(readonly source: Provider, message: string) {
    super(message);
  }
}
