import type { Command } from "../../command.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import { changeLine, columns, hashNumber, localTime, quoted } from "../../print/format.ts";
import { workRows } from "../../print/agent_work.ts";
import { BRANCH_OPTION, REF_HELP } from "../../history_options.ts";
import { printJson, safe } from "../../print/output.ts";
import { chooseColour, DISPLAY_OPTIONS, showPaged } from "../../print/pager.ts";

export const command: Command = {
  name: "show",
  brief: "show one checkpoint and what it changed",
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
    const { commit, changes } = report;
    const rows = [
      ["checkpoint", commit.id],
      ["number", hashNumber(commit.number)],
      ["label", quoted(commit.label)],
      ["message", safe(commit.message ?? "")],
      ["kind", commit.kind],
      ["agent", safe(commit.agent ?? "")],
      ...workRows(commit.details),
      ["time", localTime(commit.time)],
      ["parents", commit.parents.join(" ")],
      ["tree", commit.tree],
    ];
    const lines = columns(rows.filter(([, value]) => value !== ""));
    if (changes.length > 0) lines.push("", ...changes.map(changeLine));
    await showPaged(input, lines.map((line) => `${line}\n`).join(""));
    return 0;
  },
};
