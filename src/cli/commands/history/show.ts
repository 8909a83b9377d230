import type { Command } from "../../command.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import type { EventCounts } from "../../../control/service/history.ts";
import { changeLine, columns, grouped, hashNumber, localTime } from "../../print/format.ts";
import { workRows } from "../../print/agent_work.ts";
import { BRANCH_OPTION, REF_HELP } from "../../options/history_options.ts";
import { printJson, safe } from "../../print/output.ts";
import { chooseColour, DISPLAY_OPTIONS, showPaged } from "../../print/pager.ts";

export const command: Command = {
  name: "show",
  brief: "show one checkpoint, what it changed, and who did it",
  prints: "show",
  positionals: { usage: "[REF…]", min: 0, max: Infinity },
  options: { branch: BRANCH_OPTION, ...DISPLAY_OPTIONS },
  details: `${REF_HELP}
Without one: HEAD.`,
  example: "show HEAD~1",
  async run(input) {
    chooseColour(input);
    const ref = input.positionals.join(" ") || "HEAD";
    const report = await withDaemon(
      input,
      (client, daemon) => client.show({ ref, ...branchMeant(input, daemon, "branch", "branch") }),
    );
    if (input.flags.has("json")) {
      printJson(report);
      return 0;
    }
    const { commit, changes, events } = report;
    const rows = [
      ["checkpoint", commit.id],
      ["number", hashNumber(commit.number)],
      ["label", commit.label ? `"${safe(commit.label)}"` : ""],
      ["message", safe(commit.message ?? "")],
      ["kind", commit.kind],
      ["agent", safe(commit.agent ?? "")],
      ...workRows(commit.details),
      ["time", localTime(commit.time)],
      ["parents", commit.parents.join(" ")],
      ["tree", commit.tree],
      ...eventRows(events, commit.details?.call?.startsWith(ref) ? ref : commit.id.slice(0, 12)),
    ];
    const lines = columns(rows.filter(([, value]) => value !== ""));
    if (changes.length > 0) lines.push("", ...changes.map(changeLine));
    await showPaged(input, lines.map((line) => `${line}\n`).join(""));
    return 0;
  },
};

/** Programs that are named. */
const SHOWN = 5;

function eventRows(events: EventCounts | null, of: string): string[][] {
  if (events === null || events.count === 0) return [];
  const { count, processCount, processes } = events;
  const named = processes.slice(0, SHOWN).map(({ pid, program, events }) =>
    `${program ?? "?"}[${pid ?? "?"}] ${grouped(events)}`
  );
  const rest = processCount > SHOWN ? ", …" : "";
  return [
    [
      "events",
      safe(
        `${grouped(count)} by ${
          processCount === 1 ? "1 process" : `${grouped(processCount)} processes`
        }: ${named.join(", ")}${rest}`,
      ),
    ],
    ["", `list them: agentvfs audit --of ${of}`],
  ];
}
