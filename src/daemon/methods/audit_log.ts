/**
 * What was done on a branch, from the log of events.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { AuditEvent } from "../../control/service/telemetry.ts";
import { ServiceError } from "../../control/service_error.ts";
import { listLogFiles } from "../../telemetry/log/log_files.ts";
import { linesOfFile } from "../../telemetry/log/log_reader.ts";
import { isAbout, type LoggedEvent, parseLoggedEvent } from "../../telemetry/logged_event.ts";

const DEFAULT_LIMIT = 100;
const MOST = 1_000;
/** Lines that are read before others get their turn. */
const LINES_A_TURN = 500;

export interface AuditedLog {
  readonly directory: string;
  readonly mount: string;
  readonly branch: string;
}

/** Newest first. Whoever else asks the daemon does not wait for it. Throws ServiceError `bad_params`. */
export async function auditLog(
  { directory, mount, branch }: AuditedLog,
  { paths = [], since, call, limit = DEFAULT_LIMIT }: Params<"audit">,
): Promise<AuditEvent[]> {
  const meant = paths.map((path) => path === "." ? mount : `${mount}/${path}`);
  const begin = since === undefined ? -Infinity : Date.parse(since);
  if (Number.isNaN(begin)) {
    throw new ServiceError("bad_params", `${since} is no time`, {
      hint: "Give it as 2026-01-31T12:00:00Z",
    });
  }
  const isMeant = (event: LoggedEvent) =>
    event.agentvfs.branch === branch &&
    (call === undefined || callsOf(event).includes(call)) &&
    Date.parse(event["@timestamp"]) >= begin &&
    isAbout(event, meant);
  const wanted = Math.min(limit, MOST);
  const found: LoggedEvent[] = [];
  for (const { path } of listLogFiles(directory).reverse()) {
    const inFile: LoggedEvent[] = [];
    let lines = 0;
    for (const line of linesOfFile(path, { since: begin, paths: meant })) {
      const event = parseLoggedEvent(line);
      if (event !== null && isMeant(event)) inFile.push(event);
      if (++lines % LINES_A_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    found.push(...inFile.slice(found.length - wanted).reverse());
    if (found.length >= wanted) break;
  }
  return found.map((event) => reported(event, mount));
}

function callsOf({ agentvfs: { call, calls = [] } }: LoggedEvent): readonly string[] {
  return call === undefined ? calls : [call, ...calls];
}

function reported(logged: LoggedEvent, mount: string): AuditEvent {
  const { event, file, process, error, rule, agentvfs, message } = logged;
  const inMount = (path: string | undefined) =>
    path === undefined ? null : path.startsWith(`${mount}/`) ? path.slice(mount.length + 1) : path;
  return {
    sequence: event.sequence,
    time: logged["@timestamp"],
    action: event.action,
    path: inMount(file?.path),
    target: inMount(file?.target_path),
    bytes: agentvfs.bytes ?? null,
    program: process?.name ?? null,
    pid: process?.pid ?? null,
    error: error?.code ?? null,
    rule: rule?.name ?? null,
    call: agentvfs.call ?? null,
    message: message ?? null,
  };
}
