/**
 * The names of what methods about telemetry answer with: docs/telemetry.md.
 *
 * @module
 */

export type { WatchedDirectoriesReport } from "../shapes/telemetry.ts";
export type { AuditEvent, AuditReport } from "../methods/telemetry/audit.ts";
export type {
  TelemetryReport,
  TelemetrySourceReport,
} from "../methods/telemetry/show_telemetry.ts";
