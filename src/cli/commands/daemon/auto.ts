import type { AutoReport } from "../../../control/service/daemon.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { AUTO_POLICIES, autoWords } from "../../options/auto_option.ts";
import { columns, duration } from "../../print/format.ts";
import { onTerminal, print, printJson } from "../../print/output.ts";

export const command: Command = {
  name: "auto",
  brief: "show or set when checkpoints are made by themselves",
  prints: "auto",
  positionals: { usage: "[POLICY]", min: 0, max: 1, completes: { POLICY: AUTO_POLICIES } },
  options: {},
  details: `POLICY is off, all, or some of these with commas between them:
  calls            what agents' hooks tell of: prompts, tool calls
  quiet[:30s]      when nothing was written for that time
  mass-delete[:50] before more is deleted, when that many names went in a row;
                   only if there is something that was not recorded
  timer[:5m]       every so often, if something was changed
It is kept with the workspace. What is new begins with calls,mass-delete.`,
  example: "auto calls,mass-delete,quiet:1m",
  async run(input) {
    const [given] = input.positionals;
    const policy = given === undefined ? {} : { policy: autoWords(given) };
    const report = await withDaemon(input, (client) => client.auto(policy));
    if (input.flags.has("json")) printJson(report);
    else if (!onTerminal()) print(report.policy);
    else for (const line of columns(rows(report))) print(line);
    return 0;
  },
};

function rows({ policy, calls, quietMs, deletions, timerMs }: AutoReport): string[][] {
  return [
    ["auto", policy],
    ["calls", calls ? "recorded as agents tell of them" : "not recorded"],
    ["quiet", quietMs === null ? "off" : `after ${duration(quietMs)} without a change`],
    ["mass-delete", deletions === null ? "off" : `after ${deletions} deletions in a row`],
    ["timer", timerMs === null ? "off" : `every ${duration(timerMs)}`],
  ];
}
