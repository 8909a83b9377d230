import { printBranch } from "../../print/branch_output.ts";
import type { Command } from "../../command.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";

export const command: Command = {
  name: "branch create",
  brief: "make a branch: a tree of its own, at once, whatever its size",
  prints: "createBranch",
  positionals: { usage: "NAME", min: 1, max: 1 },
  options: {
    from: { value: "REF", brief: "branch or checkpoint it starts with; else where you stand" },
  },
  details: `From a branch it starts with everything that is in the working tree, also what
was not recorded and what git ignores. Its files are in the mount's
.agentvfs/branches/NAME.`,
  example: "branch create cart --from HEAD~1",
  async run(input) {
    const report = await withDaemon(
      input,
      (client, daemon) =>
        client.createBranch({
          name: input.positionals[0]!,
          ...branchMeant(input, daemon, "from", "from"),
        }),
    );
    printBranch(input, report);
    return 0;
  },
};
