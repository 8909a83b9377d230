import type { LogEntry } from "../../../control/service/history.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { columns, counts, localTime, quoted, shortId } from "../../print/format.ts";
import { BRANCH_OPTION } from "../../history_options.ts";
import { workOf } from "../../print/agent_work.ts";
import { print, printJson, style } from "../../print/output.ts";

export const command: Command = {
  name: "log",
  brief: "list checkpoints, newest first",
  prints: "log",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    limit: { value: "N", short: "n", brief: "list N at most" },
    all: { short: "a", brief: "automatic safety checkpoints as well" },
    branch: BRANCH_OPTION,
  },
  example: "log --limit 5 --branch cart",
  async run(input) {
    const report = await withDaemon(input, (client) =>
      client.log({
        ...limit(input.values.get("limit")),
        ...(input.flags.has("all") ? { all: true } : {}),
        ...given(input, "branch", "branch"),
      }));
    if (input.flags.has("json")) printJson(report);
    else {
      const lines = columns(report.entries.map(cells));
      report.entries.forEach((entry, i) =>
        print(entry.head ? style(lines[i]!, "bold") : lines[i]!)
      );
    }
    return 0;
  },
};

function limit(text: string | undefined): { limit?: number } {
  if (text === undefined) return {};
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw usageError(`--limit needs a whole number above 0, not ${JSON.stringify(text)}`);
  }
  return { limit: count };
}

function cells(entry: LogEntry): string[] {
  return [
    entry.head ? "*" : " ",
    shortId(entry.id),
    localTime(entry.time),
    entry.kind,
    entry.label === null ? workOf(entry.details) : quoted(entry.label),
    entry.changed === null ? "" : counts(entry.changed),
    [
      entry.agent === null ? "" : `by ${entry.agent}`,
      entry.compacted ? "contents gone" : "",
    ].filter((note) => note !== "").join(", "),
  ];
}
