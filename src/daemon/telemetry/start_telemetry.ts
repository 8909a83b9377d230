/**
 * Starts the telemetry thread of a mount.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { createRing, type Ring } from "../../telemetry/ring.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import { eventLogPath } from "./event_log_path.ts";
import { sourcePlaces } from "./source_places.ts";
import { TelemetryClient } from "./telemetry_client.ts";

/** Null if nothing is to be recorded. */
export function startTelemetry(
  config: DaemonConfig,
): { client: TelemetryClient; ring: Ring } | null {
  const { telemetry: choice, workspace, mount, socket } = config;
  if (choice.level === "off") return null;
  const ring = createRing();
  const client = new TelemetryClient({
    ring,
    control: socket,
    directory: eventLogPath(workspace),
    choice,
    mountpoint: binaryString(mount),
    places: sourcePlaces(config),
  });
  return { client, ring };
}
