import type { AgentEvent } from "../../agents/agent_event.ts";
import type { OpenCall } from "../../telemetry/call_times.ts";

/** What the log of events tells of calls: those that have an id. */
export function openCalls(events: readonly AgentEvent[]): OpenCall[] {
  return events.flatMap(({ call, tool, session }) =>
    call === null ? [] : [{
      id: call,
      ...(tool === null ? {} : { tool }),
      ...(session === null ? {} : { session }),
    }]
  );
}
