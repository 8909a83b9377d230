/**
 * What was done on a branch, from the log of events.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import type { Params } from "../../control/methods.ts";
import type { AuditEvent } from "../../control/service/telemetry.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { Actor } from "../../telemetry/index/actor.ts";
import { foundLines, linesQuestion } from "../../telemetry/log/log_reader.ts";
import { logParts } from "../../telemetry/log/log_parts.ts";
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
  const begin = since === undefined ? -Infinity : 1000 * Date.parse(since);
  if (Number.isNaN(begin)) {
    throw new ServiceError("bad_params", `${since} is no time`, {
      hint: "Give it as 2026-01-31T12:00:00Z",
    });
  }
  const question = {
    since: begin,
    paths: meant.map(binaryString),
    actor: (actor: Actor) =>
      actor.branch === branch && (call === undefined || callsOf(actor).includes(call)),
  };
  const isMeant = ({ agentvfs, ...event }: LoggedEvent) =>
    question.actor(agentvfs) && isAbout({ agentvfs, ...event }, meant);
  const wanted = Math.min(limit, MOST);
  const found: LoggedEvent[] = [];
  const options = { newestFirst: true, makes: false };
  const parts = logParts(directory, linesQuestion(question, options));
  for (const part of parts) {
    const inPart: LoggedEvent[] = [];
    let lines = 0;
    for (const line of foundLines(part, question, wanted - found.length)) {
      const event = parseLoggedEvent(line);
      if (event !== null && isMeant(event)) inPart.push(event);
      if (++lines % LINES_A_TURN === 0) await turn();
    }
    found.push(...inPart.reverse());
    if (found.length >= wanted) break;
    await turn();
  }
  return found.map((event) => reported(event, mount));
}

/** Others have theirs. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function callsOf({ call, calls = [] }: Actor): readonly string[] {
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
