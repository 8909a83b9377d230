import { join } from "node:path";

/** Where a workspace has its log of events. */
export function eventLogPath(workspace: string): string {
  return join(workspace, "telemetry");
}
