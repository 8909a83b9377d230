/**
 * During which tool call of an agent something was done in a branch.
 *
 * Events come late, so what was under way when is kept for a while. An agent's call begins after its daemon was told, and is over
 * before that: what was done meanwhile is of a call that was under way then.
 *
 * @module
 */

import type { TelemetryEvent } from "./event.ts";

export interface OpenCall {
  readonly id: string;
  readonly tool?: string;
  readonly session?: string;
}

interface Moment {
  readonly from: number;
  readonly calls: readonly OpenCall[];
}

/** Of a branch: changes that are remembered. */
const MOST_MOMENTS = 64;
const MOST_BRANCHES = 1024;

export class CallTimes {
  readonly #branches = new Map<string, Moment[]>();

  /** From `time` on these are under way. */
  set(branch: string, calls: readonly OpenCall[], time: number): void {
    const moments = this.#branches.get(branch) ?? [];
    if (moments.length === 0 && calls.length === 0) return;
    if (this.#branches.size >= MOST_BRANCHES) this.#branches.clear();
    this.#branches.set(branch, [...moments, { from: time, calls }].slice(-MOST_MOMENTS));
  }

  /** The event, with the call that it is of. */
  placed(event: TelemetryEvent): TelemetryEvent {
    if (this.#branches.size === 0 || event.branch === undefined) return event;
    const moments = this.#branches.get(event.branch);
    const calls = moments?.findLast(({ from }) => from <= event.time)?.calls ?? [];
    const [call] = calls;
    if (call === undefined) return event;
    if (calls.length > 1) return { ...event, calls: calls.map(({ id }) => id) };
    const { id, tool, session } = call;
    return {
      ...event,
      call: id,
      ...(tool === undefined ? {} : { tool }),
      ...(session === undefined ? {} : { session }),
    };
  }
}
