import type { Command } from "../../command.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { BRANCH_OPTION } from "../../history_options.ts";
import { printRollback } from "../../print/rollback_output.ts";

export const command: Command = {
  name: "undo",
  brief: "take back the last rollback, restore or merge",
  prints: "undo",
  positionals: { usage: "", min: 0, max: 0 },
  options: { branch: BRANCH_OPTION },
  async run(input) {
    const report = await withDaemon(
      input,
      (client) => client.undo(given(input, "branch", "branch")),
    );
    printRollback(input, "back at", report);
    return 0;
  },
};
