/**
 * Starts the telemetry thread of a mount.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { LOG_LIMITS } from "../../telemetry/log_writer.ts";
import { createRing, type Ring } from "../../telemetry/ring.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import { eventLogPath } from "./event_log_path.ts";
import { TelemetryClient } from "./telemetry_client.ts";

/** Null if nothing is to be recorded. */
export function startTelemetry(
  { telemetry: level, workspace, mount }: DaemonConfig,
): { client: TelemetryClient; ring: Ring } | null {
  if (level === "off") return null;
  const ring = createRing();
  const client = new TelemetryClient({
    ring,
    directory: eventLogPath(workspace),
    limits: LOG_LIMITS,
    level,
    redactsArguments: false,
    mountpoint: binaryString(mount),
  });
  return { client, ring };
}
