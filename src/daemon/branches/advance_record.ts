import type { TelemetryEvent } from "../../telemetry/event.ts";
import type { Advance } from "./branch.ts";

/** What the log of events has of a branch that stands on another checkpoint. */
export function advanceRecord({ branch, to, moved, at }: Advance): TelemetryEvent {
  return {
    provider: "agentvfs",
    action: moved === null ? "checkpoint" : "move",
    time: at,
    branch,
    checkpoint: { id: to.id, label: to.label, kind: moved ?? to.kind },
  };
}
