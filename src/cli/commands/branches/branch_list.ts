import { branchCells } from "../../print/branch_output.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";
import { columns } from "../../print/format.ts";
import { print, printJson } from "../../print/output.ts";

export const command: Command = {
  name: "branch list",
  brief: "list branches, oldest first",
  prints: "listBranches",
  positionals: { usage: "", min: 0, max: 0 },
  options: {},
  async run(input) {
    const report = await withDaemon(input, (client) => client.listBranches());
    if (input.flags.has("json")) printJson(report);
    else for (const line of columns(report.branches.map(branchCells))) print(line);
    return 0;
  },
};
