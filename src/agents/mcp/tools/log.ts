import type { LogEntry, LogMove, WorkNote } from "../../../control/service/history.ts";
import { defineTool, READS } from "../tool.ts";
import { workOf } from "../work.ts";
import { counted, lines, named, shown } from "../words.ts";

export const log = defineTool({
  name: "log",
  title: "List checkpoints",
  description:
    "Lists the checkpoints of a branch, newest first, with number, id, label, time, what changed, and the tool call or prompt it is of. " +
    "Use it to find the one to go back to (rollback) or to take out (undo). `session`: only what one agent session did. `work`: also the " +
    "prompts and the calls that changed nothing, failed or were refused. The id of a call is a ref.",
  hints: READS,
  method: "log",
  params: ["limit", "all", "session", "work", "branch"],
  fields: ["branch", "head", "entries", "moves", "work"],
  cuts: ["entries", "work"],
  rest:
    "older checkpoints are not listed here; read them with a resource agentvfs://checkpoint/ID, or `agentvfs log`",
  text: ({ branch, moves, entries, work }) =>
    lines(
      `Checkpoints of ${branch}:`,
      ...moves.map(moveLine),
      ...entries.map(entryLine),
      work === undefined ? null : "What agents told:",
      ...work?.map(noteLine) ?? [],
    ),
});

function entryLine(entry: LogEntry): string {
  return [
    `${entry.head ? "*" : "-"} ${entry.number === null ? "" : `#${entry.number} `}${named(entry)}`,
    entry.time,
    entry.kind,
    entry.changed === null ? "" : counted(entry.changed),
    entry.agent === null ? "" : `by ${shown(entry.agent)}`,
    entry.message === null ? "" : shown(entry.message),
    ...workOf(entry.details),
  ].filter((part) => part !== "").join(", ");
}

function noteLine({ kind, time, agent, details, commit, outcome }: WorkNote): string {
  const { prompt, call } = details;
  const id = kind === "prompt" ? prompt : call;
  return [
    `- ${kind}${id === undefined ? "" : ` ${shown(id)}`}`,
    time,
    `by ${shown(agent)}`,
    outcome ?? "",
    kind === "call" && commit === null ? "no checkpoint" : "",
    ...workOf(details),
  ].filter((part) => part !== "").join(", ");
}

function moveLine({ number, kind, time, to, toLabel }: LogMove): string {
  return `- ${number === null ? "" : `#${number} `}${kind} to ${
    named({ id: to, label: toLabel })
  }, ${time}`;
}
