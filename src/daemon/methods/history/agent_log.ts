/**
 * The log of a branch: of all that happened, or of one session of an agent.
 *
 * @module
 */

import type { Params } from "../../../control/methods.ts";
import type { LogReport, WorkNote } from "../../../control/service/history.ts";
import { ServiceError } from "../../../control/service_error.ts";
import type { KnownWork } from "../../agents/known_work.ts";
import type { WorkRecord } from "../../agents/work_journal.ts";
import type { BackgroundClient } from "../../background/background_client.ts";
import type { Branch } from "../../branches/branch.ts";
import { detailsReport, logEntry, logMove } from "../../threads/reports.ts";

interface LogParts {
  readonly branch: Branch;
  readonly background: BackgroundClient;
  readonly work: KnownWork;
}

/** Throws ServiceError `unknown_session` and `ambiguous_session`. */
export async function agentLog(parts: LogParts, p: Params<"log">): Promise<LogReport> {
  const { branch, background, work } = parts;
  const { limit, all, session } = p;
  const { commits, moves } = await background.call("log", {
    branch: branch.name,
    ...(limit === undefined ? {} : { limit }),
    ...(all === undefined ? {} : { all }),
    ...(session === undefined ? {} : { session }),
  });
  const isMeant = ({ details }: WorkRecord) =>
    session === undefined || (details.session?.startsWith(session) ?? false);
  const notes = work.of(branch.name).filter(isMeant).reverse();
  if (session !== undefined) {
    const found = [...commits, ...notes].map(({ details }) => details!.session!);
    await checkSession(parts, session, new Set(found));
  }
  const head = branch.head.id;
  const since = commits.length === limit ? commits.at(-1)!.time : 0;
  return {
    branch: branch.name,
    head,
    entries: commits.map((commit) => logEntry(commit, head)),
    moves: moves.map(logMove),
    ...(p.work ? { work: notes.filter(({ time }) => time >= since).map(noteReport) } : {}),
  };
}

function noteReport(record: WorkRecord): WorkNote {
  const { kind, time, agent, details, commit } = record;
  return {
    kind,
    time: new Date(time).toISOString(),
    agent,
    details: detailsReport(details),
    commit,
    ...(record.kind === "call" ? { outcome: record.outcome } : {}),
  };
}

/** Sessions that an error lists. */
const LISTED = 8;

async function checkSession(
  { branch, background, work }: LogParts,
  wanted: string,
  found: ReadonlySet<string>,
): Promise<void> {
  if (found.size === 1 || found.has(wanted)) return;
  if (found.size > 1) {
    throw new ServiceError(
      "ambiguous_session",
      `Cannot tell which session ${wanted} means: ${found.size} ids begin with it`,
      { hint: `It could be ${listed([...found])}` },
    );
  }
  const { commits } = await background.call("log", { branch: branch.name, all: true });
  const all = [...commits, ...work.of(branch.name).reverse()].flatMap(({ details }) =>
    details?.session ?? []
  );
  const there = [...new Set(all)];
  throw new ServiceError("unknown_session", `There is no session ${wanted} on ${branch.name}`, {
    hint: there.length === 0
      ? "Agents' hooks tell of sessions, and none did: docs/agents.md"
      : `There are, the last first: ${listed(there)}`,
  });
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  return names.slice(0, LISTED).join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}
