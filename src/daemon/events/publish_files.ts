import { parseLoggedEvent } from "../../telemetry/logged_event.ts";
import type { WorkspaceEvents } from "./workspace_events.ts";
import type { TelemetryClient } from "../telemetry/telemetry_client.ts";

/** Tells who subscribed to `file` of each event of the log, as long as somebody has. */
export function publishFiles(events: WorkspaceEvents, client: TelemetryClient): void {
  let stop = () => {};
  events.onFileWanted = (isWanted) => {
    stop();
    stop = isWanted ? client.follow((lines) => publish(events, lines)) : () => {};
  };
}

function publish(events: WorkspaceEvents, lines: readonly string[]): void {
  for (const record of lines) {
    const branch = parseLoggedEvent(record)?.agentvfs.branch ?? null;
    events.publish({ kind: "file", branch, record });
  }
}
