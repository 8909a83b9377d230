import type { TelemetryReport } from "../../../control/service/telemetry.ts";
import { ONLY_LINUX } from "../../../telemetry/has_sources.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { byteSize, columns, grouped, several } from "../../print/format.ts";
import { print, printJson, safe } from "../../print/output.ts";
import { watchedLines } from "../../telemetry/watched_output.ts";

export const command: Command = {
  name: "telemetry status",
  brief: "say what is recorded, by whom, and where",
  prints: "showTelemetry",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  details: "What is recorded is chosen when the mount is made: quickstart --telemetry.",
  async run(input) {
    const report = await withDaemon(input, (client) => client.showTelemetry());
    if (input.flags.has("json")) printJson(report);
    else for (const line of lines(report)) print(line);
    return 0;
  },
};

function lines(report: TelemetryReport): string[] {
  const { level, directory, files, bytes, mostBytes, events, lost, failure, sources } = report;
  const size = `${byteSize(bytes)} in ${several(files, "file")}, at most ${byteSize(mostBytes)}`;
  const rows = [
    ["level", level],
    ["log", safe(directory)],
    ["size", size],
    ["events", grouped(events)],
    ["lost", grouped(lost)],
    ...watchedLines(report.directories).map((line) => ["watched", line]),
    ...(failure === null ? [] : [["failure", safe(failure)]]),
  ];
  // What there is to choose on Linux alone would be the most of what is said here.
  const others = sources.filter(({ why }) => why === ONLY_LINUX).map(({ name }) => name);
  const told = sources.filter(({ why }) => why !== ONLY_LINUX).flatMap((
    { name, state, why, sees, misses, costs, needs, denies },
  ) => [
    "",
    `${name}: ${state}${why === null ? "" : `: ${safe(why)}`}`,
    `  sees    ${sees}`,
    `  misses  ${misses}`,
    `  costs   ${costs}`,
    `  needs   ${needs}`,
    ...(denies === null ? [] : [`  denies  with ${denies}`]),
  ]);
  const elsewhere = others.length === 0 ? [] : ["", `on Linux only: ${others.join(", ")}`];
  return [...columns(rows), ...told, ...elsewhere];
}
