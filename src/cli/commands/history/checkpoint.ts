import type { Command } from "../../command.ts";
import { branchMeant, given, withDaemon } from "../../daemon_client.ts";
import {
  counts,
  duration,
  hashNumber,
  joined,
  quoted,
  shortId,
  words,
} from "../../print/format.ts";
import { BRANCH_OPTION } from "../../options/history_options.ts";
import { onTerminal, print, printJson, style } from "../../print/output.ts";

export const command: Command = {
  name: "checkpoint",
  brief: "record the mount as it is now",
  prints: "checkpoint",
  positionals: { usage: "[LABEL…]", min: 0, max: Infinity, mayBeEmpty: true },
  options: {
    message: { value: "TEXT", mayBeEmpty: true, short: "m", brief: "longer description" },
    agent: { value: "NAME", brief: "who makes it" },
    branch: BRANCH_OPTION,
  },
  details: `Words are joined to one label.
Prints the id of the checkpoint, 64 hex digits, where output is not a terminal.`,
  example: "checkpoint before the refactor",
  async run(input) {
    const label = input.positionals.join(" ");
    const report = await withDaemon(input, (client, daemon) =>
      client.checkpoint({
        ...(label === "" ? {} : { label }),
        ...given(input, "message", "message"),
        ...given(input, "agent", "agent"),
        ...branchMeant(input, daemon, "branch", "branch"),
      }));
    if (input.flags.has("json")) printJson(report);
    else if (!onTerminal()) print(report.id);
    else {
      const id = style(shortId(report.id), "yellow");
      const number = hashNumber(report.number);
      const name = words("checkpoint", number, id, style(quoted(report.label), "bold"));
      print(joined(name, counts(report.changed), duration(report.ms)));
    }
    return 0;
  },
};
