/**
 * The log of events that a command means, and what its paths and times mean in it.
 *
 * @module
 */

import { eventLogPath } from "../../daemon/telemetry/event_log_path.ts";
import { findDaemon, type FoundDaemon } from "../../daemon/workspaces/find_daemon.ts";
import { branchAt } from "../../daemon/workspaces/place_in_mount.ts";
import type { LogEntry } from "../../control/service/history.ts";
import { currentDirectory } from "../../host/current_directory.ts";
import { binaryString } from "../../../ffi/binary_string.ts";
import type { EventQuestion } from "../../telemetry/index/select_rows.ts";
import {
  callOf,
  type EventSpan,
  ofCall,
  spanOf,
  spanQuestion,
} from "../../telemetry/log/event_span.ts";
import { finish } from "../../telemetry/log/steps.ts";
import { findLogLines, readLogLines } from "../../telemetry/log/log_reader.ts";
import {
  isAbout,
  type LoggedEvent,
  parseLoggedEvent,
  timeOf,
} from "../../telemetry/logged_event.ts";
import type { CommandInput, OptionSpec } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { branchMeant, connectTo } from "../daemon_client.ts";
import type { Roots } from "../options/project_path.ts";
import { loggedPaths } from "./logged_paths.ts";

export const SINCE_OPTION: OptionSpec = {
  value: "WHEN",
  brief: "from then on: 10m, 2h, 1d, a time, or a checkpoint",
};

export const OF_OPTION: OptionSpec = {
  value: "REF",
  brief: "only what is in a checkpoint, or of a tool call",
};

export interface MeantLog {
  readonly directory: string;
  readonly roots: Roots;
  /** Absolute: those of the command line, as the log has them. */
  readonly paths: readonly string[];
  /** µs since 1970; what was before is left out. */
  readonly since: number;
  /** What it has to be of; null: of anything. */
  readonly span: EventSpan | null;
}

/** Throws {@linkcode CommandError}. */
export async function meantLog(
  input: CommandInput,
  words: readonly string[] = input.positionals,
): Promise<MeantLog> {
  const daemon = await findDaemon({
    socket: input.values.get("sock"),
    directory: input.values.get("project"),
  });
  const { workspace } = daemon;
  if (workspace === null) {
    throw new CommandError("no_log", 2, "A socket does not tell where the log of events is", {
      hint: "Name the project: agentvfs -C DIR audit",
    });
  }
  const directory = eventLogPath(workspace.directory);
  const cwd = currentDirectory() ?? "/";
  const paths = words.flatMap((path) => loggedPaths(path, workspace, cwd));
  const when = input.values.get("since");
  const commit = (ref: string) => commitMeant(input, daemon, ref);
  const since = when === undefined ? -Infinity : await sinceOf(when, directory, commit);
  const of = input.values.get("of");
  const span = of === undefined ? null : await spanMeant(of, directory, commit);
  return { directory, roots: workspace, paths, since, span };
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

const SINCE_HINT =
  "It takes 10m, 2h or 1d, a time like 2026-01-31T12:00, or a label, number or id of " +
  "agentvfs log, or HEAD~n; what is no label or id, a running daemon knows";

const IMPORT_NUMBER = 1;

/** A checkpoint that was made just now is in the log so much later at most, ms. */
const LATEST_MS = 600;
const LOOK_MS = 50;

/** What `look` finds in the log, which is looked at again until all that was answered is in it. */
async function found<T>(look: () => T | null): Promise<T | null> {
  const end = performance.now() + LATEST_MS;
  let result = look();
  while (result === null && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    result = look();
  }
  return result;
}

/** What a ref means to the daemon; null where none runs, or it knows of none. */
type FindCommit = (ref: string) => Promise<LogEntry | null>;

async function commitMeant(
  input: CommandInput,
  daemon: FoundDaemon,
  ref: string,
): Promise<LogEntry | null> {
  try {
    const { place } = daemon;
    const tree = place === null ? null : await branchAt(place);
    using client = await connectTo(daemon);
    const branch = branchMeant(input, { ...daemon, tree }, "branch", "branch");
    return (await client.show({ ref, ...branch })).commit;
  } catch {
    return null;
  }
}

async function sinceOf(when: string, directory: string, commit: FindCommit): Promise<number> {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(when) ?? [];
  if (unit !== undefined) return (Date.now() - Number(number) * UNITS[unit]!) * 1000;
  const time = /^\d{4}-\d\d-\d\d/.test(when) ? Date.parse(when.replace(" ", "T")) : NaN;
  if (!Number.isNaN(time)) return time * 1000;
  const recorded = checkpointTime(when, directory);
  if (recorded !== null) return recorded;
  const known = await commit(when);
  // The import has no event: all that was done was done to it.
  if (known?.number === IMPORT_NUMBER || known === null && when === "initial") return -Infinity;
  if (known !== null) {
    // The log may not go back so far.
    return await found(() => checkpointTime(known.id, directory)) ?? Date.parse(known.time) * 1000;
  }
  throw usageError(`--since ${when} is no time, and there is no such checkpoint`, SINCE_HINT);
}

/** When the last checkpoint of that label, or of an id that begins so, was what the tree was. */
function checkpointTime(ref: string, directory: string): number | null {
  const checkpoints = findLogLines(directory, { actions: ["checkpoint"] }, { newestFirst: true });
  for (const line of checkpoints) {
    const event = parseLoggedEvent(line);
    const checkpoint = event?.agentvfs.checkpoint;
    if (event === null || checkpoint === undefined) continue;
    if (isNamed(checkpoint, ref)) return timeOf(event);
  }
  return null;
}

/** Of the last checkpoint that is meant, or of a call. */
async function spanMeant(
  ref: string,
  directory: string,
  commit: FindCommit,
): Promise<EventSpan> {
  const log = { directory, makes: true };
  const checkpoint = (ref: string) => finish(spanOf(log, (checkpoint) => isNamed(checkpoint, ref)));
  const named = checkpoint(ref);
  if (named !== null) return named;
  const call = finish(callOf(log, ref));
  if (call !== null) return ofCall(call, null);
  const known = await commit(ref);
  const span = known === null ? null : await found(() => checkpoint(known.id));
  if (span !== null) return span;
  throw usageError(
    `--of ${ref}: the log has no such checkpoint, and no such tool call`,
    "It takes a label, number or id of agentvfs log, HEAD~n, or a tool call's id",
  );
}

function isNamed({ id, label }: { id: string; label: string }, ref: string): boolean {
  return label === ref || (/^[0-9a-f]{4,}$/.test(ref) && id.startsWith(ref));
}

/** What is asked of the log's index. */
export function questionOf({ paths, since, span }: MeantLog): EventQuestion {
  const of = span === null ? {} : spanQuestion(span);
  return { ...of, since: Math.max(since, of.since ?? -Infinity), paths: paths.map(binaryString) };
}

/** Events that are meant, the oldest first. */
export function* eventsOf(log: MeantLog): Generator<{ event: LoggedEvent; line: string }> {
  const isAll = log.paths.length === 0 && log.since === -Infinity && log.span === null;
  const lines = isAll ? readLogLines(log.directory) : findLogLines(log.directory, questionOf(log));
  for (const line of lines) {
    const event = parseLoggedEvent(line);
    if (event !== null && isMeant(event, log)) yield { event, line };
  }
}

export function isMeant(event: LoggedEvent, { paths, since }: MeantLog): boolean {
  if (since !== -Infinity && timeOf(event) < since) return false;
  return isAbout(event, paths);
}
