/**
 * Starts the telemetry thread of a mount.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { monotonicTime } from "../../host/clock.ts";
import { createRing, type Ring } from "../../telemetry/ring.ts";
import { loadDirectories } from "../workspaces/saved_directories.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import { eventLogPath } from "./event_log_path.ts";
import { preloadRules } from "./preload_rules.ts";
import { sourcePlaces } from "./source_places.ts";
import { openSink } from "./sinks.ts";
import { TelemetryClient } from "./telemetry_client.ts";

/** Null if nothing is to be recorded. `rules`: as a policy's file has them. */
export function startTelemetry(
  config: DaemonConfig,
  rules: string,
): { client: TelemetryClient; ring: Ring } | null {
  const { telemetry: choice, workspace, mount, socket } = config;
  if (choice.level === "off") return null;
  const ring = createRing();
  const places = sourcePlaces(config);
  const client = new TelemetryClient({
    ring,
    control: socket,
    directory: eventLogPath(workspace),
    choice,
    mountpoint: binaryString(mount),
    places,
    rules: preloadRules(rules, places.own),
    directories: loadDirectories(workspace).map(binaryString),
  });
  for (const sink of choice.sinks) {
    const opened = openSink(sink, workspace, (count, message) =>
      client.tell({
        provider: "agentvfs",
        action: "lost",
        time: monotonicTime(),
        count,
        message: `Not sent: ${message}`,
      }));
    client.follow((lines) => opened.put(lines));
    client.closers.push(() => opened.end());
  }
  return { client, ring };
}
