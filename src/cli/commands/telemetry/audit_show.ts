import { checkpointOf, eventOf } from "../../../telemetry/log/event_span.ts";
import { finish } from "../../../telemetry/log/steps.ts";
import { parseLoggedEvent } from "../../../telemetry/logged_event.ts";
import type { Command } from "../../command.ts";
import { CommandError, usageError } from "../../command_error.ts";
import { meantLog } from "../../telemetry/meant_log.ts";
import { columns, words } from "../../print/format.ts";
import { print, safe } from "../../print/output.ts";

export const command: Command = {
  name: "audit show",
  brief: "show one event in full, and the checkpoint that it is in",
  prints: null,
  positionals: { usage: "N", min: 1, max: 1 },
  options: {},
  details: `N is the event's number, as agentvfs audit has it. With --json: its line of the
log.`,
  example: "audit show 1234",
  async run(input) {
    const word = input.positionals[0]!;
    const sequence = Number(word.replace(/^#/, ""));
    if (!Number.isSafeInteger(sequence) || sequence < 1) {
      throw usageError(`${word} is no number of an event`, "agentvfs audit lists them");
    }
    const { directory } = await meantLog(input, []);
    const log = { directory, makes: true };
    const line = finish(eventOf(log, sequence));
    const event = line === null ? null : parseLoggedEvent(line);
    if (line === null || event === null) {
      throw new CommandError("no_event", 1, `The log has no event ${sequence}`, {
        hint: "Old ones go when the log is full; new ones come within half a second",
      });
    }
    if (input.flags.has("json")) {
      print(line);
      return 0;
    }
    const { branch } = event.agentvfs;
    const checkpoint = branch === undefined ? null : finish(checkpointOf(log, event));
    const id = checkpoint?.id.slice(0, 12) ?? "";
    const named = checkpoint === null
      ? "in none yet"
      : words(id, JSON.stringify(checkpoint.label), `(agentvfs show ${id})`);
    const rows = [
      ...rowsOf(event),
      ...branch === undefined ? [] : [["in checkpoint", safe(named)]],
    ];
    for (const row of columns(rows)) print(row);
    return 0;
  },
};

/** Each value with the names of what it is in. */
function rowsOf(object: object, prefix = ""): string[][] {
  return Object.entries(object).flatMap(([name, value]) => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isGroup) return rowsOf(value, `${prefix}${name}.`);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [[`${prefix}${name}`, safe(text)]];
  });
}
