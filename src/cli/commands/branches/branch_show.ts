import { printBranch } from "../../print/branch_output.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";

export const command: Command = {
  name: "branch show",
  brief: "say where a branch is and how far it went from its parent",
  prints: "showBranch",
  positionals: { usage: "NAME", min: 1, max: 1, completes: { NAME: "branch" } },
  options: {},
  async run(input) {
    const [name] = input.positionals;
    const report = await withDaemon(input, (client) => client.showBranch({ name: name! }));
    printBranch(input, report);
    return 0;
  },
};
