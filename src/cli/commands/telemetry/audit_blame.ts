import { blame } from "../../telemetry/blame.ts";
import { eventsOf, meantLog, SINCE_OPTION } from "../../telemetry/meant_log.ts";
import type { Command } from "../../command.ts";
import { eventLine } from "../../telemetry/event_output.ts";
import { print } from "../../print/output.ts";

export const command: Command = {
  name: "audit blame",
  brief: "say which process and tool call made each version of a file",
  prints: null,
  positionals: { usage: "PATH", min: 1, max: 1 },
  options: {
    branch: { value: "B", short: "b", brief: "the file's branch; else main" },
    since: SINCE_OPTION,
  },
  details: `Also under the names that it had before, and with the bytes that writes wrote.
With --json: one event a line.`,
  example: "audit blame src/main.ts",
  async run(input) {
    const log = await meantLog(input);
    const all = { ...log, paths: [] };
    const events = [...eventsOf(all)];
    const made = blame(
      events.map(({ event }) => event),
      log.paths[0]!,
      input.values.get("branch") ?? "main",
    );
    const lines = new Map(events.map(({ event, line }) => [event, line]));
    for (const event of made) {
      print(input.flags.has("json") ? lines.get(event)! : eventLine(event, log.roots.mount));
    }
    return 0;
  },
};
