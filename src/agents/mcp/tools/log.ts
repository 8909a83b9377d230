import type { LogEntry, LogMove } from "../../../control/service/history.ts";
import { defineTool, READS } from "../tool.ts";
import { workOf } from "../work.ts";
import { counted, lines, named, shown } from "../words.ts";

export const log = defineTool({
  name: "log",
  title: "List checkpoints",
  description:
    "Lists the checkpoints of a branch, newest first, with number, id, label, time, what changed, and the tool call or prompt it is of. " +
    "Use it to find the one to go back to (rollback) or to take out (undo).",
  hints: READS,
  method: "log",
  params: ["limit", "all", "branch"],
  fields: ["branch", "head", "entries", "moves"],
  cuts: ["entries"],
  rest:
    "older checkpoints are not listed here; read them with a resource agentvfs://checkpoint/ID, or `agentvfs log`",
  text: ({ branch, moves, entries }) =>
    lines(`Checkpoints of ${branch}:`, ...moves.map(moveLine), ...entries.map(entryLine)),
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

function moveLine({ number, kind, time, to, toLabel }: LogMove): string {
  return `- ${number === null ? "" : `#${number} `}${kind} to ${
    named({ id: to, label: toLabel })
  }, ${time}`;
}
