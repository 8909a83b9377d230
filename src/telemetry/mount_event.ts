/**
 * An event of the mount that is being put together.
 *
 * @module
 */

import type { TelemetryEvent } from "./event.ts";

export type MountEvent = { -readonly [K in keyof TelemetryEvent]: TelemetryEvent[K] };

/** What each of them has. */
type Known = Required<
  Pick<TelemetryEvent, "action" | "time" | "duration" | "error" | "verdict" | "view">
>;

/** All fields, of which one that is undefined counts as not there. */
type AllFields = { [K in keyof Required<TelemetryEvent>]: TelemetryEvent[K] | undefined };

/** All have the same fields in the same order: who reads tens of thousands of them finds each at once. */
export function mountEvent({ action, time, duration, error, verdict, view }: Known): MountEvent {
  const event: AllFields = {
    provider: "mount",
    action,
    time,
    duration,
    error,
    verdict,
    rule: undefined,
    policy: undefined,
    path: undefined,
    target: undefined,
    branch: undefined,
    view,
    node: undefined,
    inode: undefined,
    mode: undefined,
    flags: undefined,
    offset: undefined,
    bytes: undefined,
    process: undefined,
    session: undefined,
    sessionNumber: undefined,
    cgroup: undefined,
    asked: undefined,
    call: undefined,
    tool: undefined,
    calls: undefined,
    checkpoint: undefined,
    address: undefined,
    count: undefined,
    ranges: undefined,
    message: undefined,
    tags: undefined,
    extra: undefined,
  };
  return event as MountEvent;
}
