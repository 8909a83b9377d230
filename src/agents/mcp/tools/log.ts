import type { LogEntry } from "../../../control/service/history.ts";
import { defineTool, READS } from "../tool.ts";
import { counted, lines, named, shown } from "../words.ts";

export const log = defineTool({
  name: "log",
  title: "List checkpoints",
  description:
    "Lists the checkpoints of a branch, newest first, with id, label, time and what changed. Use it to find the one to go back to.",
  hints: READS,
  method: "log",
  params: ["limit", "all", "branch"],
  fields: ["branch", "head", "entries"],
  cuts: ["entries"],
  rest:
    "older checkpoints are not listed here; read them with a resource agentvfs://checkpoint/ID, or `agentvfs log`",
  text: ({ branch, entries }) => lines(`Checkpoints of ${branch}:`, ...entries.map(entryLine)),
});

function entryLine(entry: LogEntry): string {
  return [
    `${entry.head ? "*" : "-"} ${named(entry)}`,
    entry.time,
    entry.kind,
    entry.changed === null ? "" : counted(entry.changed),
    entry.agent === null ? "" : `by ${shown(entry.agent)}`,
    entry.message === null ? "" : shown(entry.message),
  ].filter((part) => part !== "").join(", ");
}
