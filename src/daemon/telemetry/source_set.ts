/**
 * The sources of the telemetry thread beside the mount, as the system has them.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { PreloadRules } from "../../telemetry/preload_rules.ts";
import type { Source } from "../../telemetry/source.ts";
import type { SourceState, TelemetryStart, Watched, WatchedDirectory } from "./messages.ts";

type Tell = (event: TelemetryEvent) => void;

export interface SourceSet {
  /** Those that run. */
  readonly all: readonly Source[];
  /** How long may pass until those are asked that cannot be waited for, ms. */
  readonly pollMs: number;
  /** Outside the mount, where it is told what is opened. Binary strings. */
  readonly directories: {
    set(directories: readonly string[]): void;
    states(): WatchedDirectory[];
  };
  take(tell: Tell): void;
  /** What the mount tells of, with the session of its process, if that is of one. */
  ofSession(event: TelemetryEvent): TelemetryEvent;
  /** Another source tells of it. */
  isTwice(event: TelemetryEvent): boolean;
  /** What these processes do is to be told, and what they start. */
  watch(watched: Watched): void;
  /** Programs hold to these rules outside the mount. */
  setRules(rules: PreloadRules): void;
  /** With the mount, and why those do not run that could. */
  states(): SourceState[];
  stop(): void;
}

/** What starts them. What they tell of themselves goes to `tell`. */
export type Sources = new (start: TelemetryStart, tell: Tell) => SourceSet;
