/**
 * The service's methods about the log of events.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { AuditReport, TelemetryReport } from "../../control/service/telemetry.ts";
import { listLogFiles } from "../../telemetry/log/log_files.ts";
import { SOURCES } from "../../telemetry/sources.ts";
import { eventLogPath } from "../telemetry/event_log_path.ts";
import type { TelemetryClient } from "../telemetry/telemetry_client.ts";
import type { DaemonConfig } from "../workspaces/workspace.ts";
import { auditLog } from "./audit_log.ts";
import type { BranchAccess } from "./branch_access.ts";

export class TelemetryMethods {
  constructor(
    readonly config: DaemonConfig,
    /** Null if nothing is recorded. */
    readonly client: TelemetryClient | null,
    readonly branch: BranchAccess["branch"],
  ) {}

  /** Also where nothing is recorded now: the log has what was. */
  async audit(p: Params<"audit">): Promise<AuditReport> {
    const { workspace, mount } = this.config;
    const { name } = await this.branch(p.branch);
    const log = { directory: eventLogPath(workspace), mount, branch: name };
    return { branch: name, events: await auditLog(log, p) };
  }

  async show(): Promise<TelemetryReport> {
    const { workspace, telemetry: { level, limits } } = this.config;
    const state = await this.client?.state() ?? null;
    const directory = eventLogPath(workspace);
    const sizes = listLogFiles(directory).map(({ path }) => sizeOf(path));
    return {
      level,
      directory,
      files: sizes.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      mostBytes: limits.files * limits.fileBytes,
      events: state?.sequence ?? 0,
      lost: state?.lost ?? 0,
      failure: state?.failure ?? this.client?.failure ?? null,
      sources: SOURCES.map(({ name, ...told }) => ({
        name,
        state: state?.sources.find((source) => source.name === name)?.state ?? "off",
        why: state?.sources.find((source) => source.name === name)?.why ?? null,
        ...told,
      })),
      directories: state === null ? [] : [...state.directories],
    };
  }
}

/** It may have gone meanwhile. */
function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
