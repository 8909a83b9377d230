/**
 * Where the mount alone tells: whoever watches more is Linux's.
 *
 * @module
 */

import type { TelemetryEvent } from "../../telemetry/event.ts";
import { ONLY_LINUX } from "../../telemetry/has_sources.ts";
import { OPTIONAL_SOURCES } from "../../telemetry/telemetry_choice.ts";
import type { SourceState, Watched } from "./messages.ts";
import { ProcessBranches } from "./process_branches.ts";
import type { SourceSet } from "./source_set.ts";

export class Sources implements SourceSet {
  readonly #branches = new ProcessBranches();
  readonly all = [];
  readonly pollMs = Infinity;
  readonly directories = { set: () => {}, states: () => [] };

  take(): void {}

  ofSession(event: TelemetryEvent): TelemetryEvent {
    return this.#branches.withSession(event);
  }

  isTwice(): boolean {
    return false;
  }

  watch(watched: Watched): void {
    this.#branches.watch(watched);
  }

  setRules(): void {}

  states(): SourceState[] {
    const others = OPTIONAL_SOURCES.map((name) => ({
      name,
      state: "failed" as const,
      why: ONLY_LINUX,
    }));
    return [{ name: "mount", state: "running", why: null }, ...others];
  }

  stop(): void {}
}
