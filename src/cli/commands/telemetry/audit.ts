import { contextfsEvent, contextfsLine } from "../../../telemetry/log/contextfs_line.ts";
import { LogTail } from "../../../telemetry/log/log_tail.ts";
import { type LoggedEvent, parseLoggedEvent } from "../../../telemetry/logged_event.ts";
import { countsBy, type Group, GROUPS } from "../../telemetry/counts_by.ts";
import {
  eventsOf,
  isMeant,
  type MeantLog,
  meantLog,
  OF_OPTION,
  questionOf,
  SINCE_OPTION,
} from "../../telemetry/meant_log.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { eventLine } from "../../telemetry/event_output.ts";
import { byteSize, columns, grouped, localTime, several } from "../../print/format.ts";
import { print, safe } from "../../print/output.ts";

/** How often the log is looked at, ms. */
const FOLLOW_MS = 100;

export const command: Command = {
  name: "audit",
  brief: "say who did what in the mount: a line for each event",
  prints: null,
  positionals: { usage: "[PATH…]", min: 0, max: Infinity },
  options: {
    since: SINCE_OPTION,
    of: OF_OPTION,
    by: {
      value: "WHAT",
      brief: "how much each pid, program, branch or tool call did",
      completes: GROUPS,
    },
    follow: { short: "f", brief: "go on with what comes" },
    format: {
      value: "FORMAT",
      brief: "contextfs: lines as ContextFS writes them",
      completes: ["contextfs"],
    },
  },
  details: `With PATH: what was done to it, or below it, outside the project, too, as far
as a source tells of that. The files of the log are read, so
it works without a daemon, too. With --json each line is an event, with the
names of the Elastic Common Schema. --of takes a checkpoint's label or id, or a
tool call's id.
agentvfs audit show N: one event in full. agentvfs audit blame PATH: who made
each version. agentvfs audit tree: the processes, and what each changed.`,
  example: "audit src --since 10m --by program",
  async run(input) {
    const by = groupOf(input);
    if (input.values.has("of") && input.flags.has("follow")) {
      throw usageError("--of and --follow do not go together");
    }
    const log = await meantLog(input);
    if (by !== null) return printCounts(log, by, input.flags.has("json"));
    const show = shower(input, log);
    const tail = input.flags.has("follow") ? new LogTail(log.directory) : null;
    for (const { event, line } of eventsOf(log)) show(event, line);
    while (tail !== null) {
      for (const line of tail.take()) {
        const event = parseLoggedEvent(line);
        if (event !== null && isMeant(event, log)) show(event, line);
      }
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
    }
    return 0;
  },
};

type Show = (event: LoggedEvent, line: string) => void;

function shower(input: CommandInput, { roots: { mount } }: MeantLog): Show {
  const format = input.values.get("format");
  if (format !== undefined && format !== "contextfs") {
    throw usageError(`--format knows contextfs, not ${JSON.stringify(format)}`);
  }
  if (format === "contextfs") {
    const device = deviceOf(mount);
    return (event) => {
      const rendered = contextfsEvent(event, device);
      if (rendered !== null) print(contextfsLine(rendered));
    };
  }
  if (input.flags.has("json")) return (_, line) => print(line);
  return (event) => print(eventLine(event, mount));
}

function deviceOf(mount: string): number {
  try {
    return Deno.statSync(mount).dev;
  } catch {
    return 0;
  }
}

function groupOf(input: CommandInput): Group | null {
  const text = input.values.get("by");
  if (text === undefined) return null;
  const group = GROUPS.find((group) => group === text);
  if (group === undefined) throw usageError(`--by takes ${GROUPS.join(", ")}, not ${text}`);
  if (input.flags.has("follow")) throw usageError("--by and --follow do not go together");
  return group;
}

function printCounts(log: MeantLog, by: Group, json: boolean): number {
  const counts = countsBy(log.directory, questionOf(log), by);
  if (json) {
    for (const count of counts) print(JSON.stringify({ [by]: count.name, ...count }));
    return 0;
  }
  const rows = counts.map(({ name, events, files, areFilesAbout, bytes, failures, last }) => [
    name === "" ? "?" : name,
    several(events, "event"),
    `${areFilesAbout ? "about " : ""}${several(files, "file")}`,
    `${byteSize(bytes)} written`,
    failures === 0 ? "" : `${grouped(failures)} failed`,
    localTime(last),
  ]);
  for (const line of columns(rows)) print(safe(line));
  return 0;
}
