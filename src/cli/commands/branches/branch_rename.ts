import { printBranch } from "../../print/branch_output.ts";
import type { Command } from "../../command.ts";
import { withDaemon } from "../../daemon_client.ts";

export const command: Command = {
  name: "branch rename",
  brief: "give a branch another name",
  prints: "renameBranch",
  positionals: { usage: "NAME NEW", min: 2, max: 2, completes: { NAME: "branch" } },
  options: {},
  example: "branch rename cart checkout",
  async run(input) {
    const [name, to] = input.positionals;
    const report = await withDaemon(
      input,
      (client) => client.renameBranch({ name: name!, to: to! }),
    );
    printBranch(input, report);
    return 0;
  },
};
