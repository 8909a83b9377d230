import { basename } from "node:path";
import { displayString } from "../../../../ffi/binary_string.ts";
import { tryFilter } from "../../../daemon/filters/try_filter.ts";
import type { Answer } from "../../../filters/answer.ts";
import { eventOfLine } from "../../../filters/event_of_line.ts";
import { FilterError } from "../../../filters/filter.ts";
import type { TelemetryEvent } from "../../../telemetry/event.ts";
import { reason } from "../../../daemon/workspaces/workspace.ts";
import type { Command } from "../../command.ts";
import { CommandError, usageError } from "../../command_error.ts";
import type { FilterTestOutput } from "../../outputs/filter_tried.ts";
import { print, printJson, safe } from "../../print/output.ts";
import { readFilter } from "./filter_add.ts";

const MOST_SAID = 1000;
const SHOWN = 20;

export const command: Command = {
  name: "telemetry filter test",
  brief: "say what a filter would say of the events of a log",
  prints: () => import("../../outputs/filter_tried.ts"),
  positionals: { usage: "FILE", min: 1, max: 1 },
  options: { events: { value: "LOG", brief: "a log of events, one JSON object a line" } },
  details: `Changes nothing and needs no daemon. LOG is a file of telemetry/ in the
workspace, or of ContextFS. The exit code is 1 if the filter failed on an event.`,
  example: "telemetry filter test tag_tests.lua --events events.ndjson",
  async run(input) {
    const [file] = input.positionals as [string];
    const log = input.values.get("events");
    if (!log) throw usageError("Name the log: --events LOG");
    await readFilter(file);
    const { events, lines, skipped } = await readLog(log);
    try {
      const path = await Deno.realPath(file);
      const { answers, trouble, ms } = await tryFilter(basename(file), path, events);
      const report = { ...summary(events, lines, answers), skipped, trouble };
      if (input.flags.has("json")) printJson(report);
      else for (const line of words(report, ms)) print(line);
      return report.failed > 0 ? 1 : 0;
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      throw new CommandError(error.code, error.code === "no_filters_here" ? 4 : 1, error.message, {
        hint: "See docs/filters.md",
      });
    }
  },
};

async function readLog(path: string) {
  let text;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw usageError(`Cannot read ${path}: ${reason(error)}`, "Name a log of events");
  }
  const events: TelemetryEvent[] = [];
  const lines: number[] = [];
  let skipped = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const event = eventOfLine(line);
    if (event === null) {
      skipped++;
      continue;
    }
    events.push(event);
    lines.push(i + 1);
  }
  return { events, lines, skipped };
}

function summary(
  events: readonly TelemetryEvent[],
  lines: readonly number[],
  answers: readonly (Answer | null)[],
): Omit<FilterTestOutput, "skipped" | "trouble"> {
  const count = (of: (answer: Answer) => boolean) =>
    answers.filter((answer) => answer !== null && of(answer)).length;
  const said = answers.flatMap((answer, i) => {
    if (answer === null) return [];
    const { verdict, drop, tags } = answer;
    const extra = Object.entries(answer.extra).map(([key, value]) => `${key}=${value}`);
    if (verdict === "allow" && !drop && tags.length === 0 && extra.length === 0) return [];
    const { action, path } = events[i]!;
    const shown = path === undefined ? null : displayString(path);
    return [{ line: lines[i]!, action, path: shown, verdict, drop, tags: [...tags], extra }];
  });
  return {
    events: events.length,
    allow: count(({ verdict }) => verdict === "allow"),
    watch: count(({ verdict }) => verdict === "watch"),
    deny: count(({ verdict }) => verdict === "deny"),
    drop: count(({ drop }) => drop),
    failed: answers.filter((answer) => answer === null).length,
    said: said.slice(0, MOST_SAID),
  };
}

function words(report: FilterTestOutput, ms: number): string[] {
  const { events, allow, watch, deny, drop, failed, trouble, said, skipped } = report;
  const each = events === 0 ? "" : `, ${(ms * 1000 / events).toFixed(1)} us each`;
  const shown = said.slice(0, SHOWN).map(({ line, action, path, verdict, drop, tags, extra }) =>
    [`line ${line}:`, action, ...(path === null ? [] : [safe(path)]), "→", drop ? "drop" : verdict]
      .concat(tags.map((tag) => `tag ${safe(tag)}`), extra.map(safe)).join(" ")
  );
  return [
    `${events} ${
      events === 1 ? "event" : "events"
    }${each}: ${allow} allowed, ${watch} watched, ${deny} denied, ${drop} dropped, ` +
    `${failed} failed`,
    ...(trouble === null ? [] : [`it failed: ${safe(trouble)}`]),
    ...(skipped === 0 ? [] : [`${skipped} lines tell of no event`]),
    ...shown,
    ...(said.length > SHOWN ? [`… and ${said.length - SHOWN} more; --json has them`] : []),
  ];
}
