import type { Command } from "../../command.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import { BRANCH_OPTION, TOUCH_OPTION, touched } from "../../options/history_options.ts";
import { warnOfBuildCaches } from "../../print/build_cache_warnings.ts";
import { printRollback } from "../../print/rollback_output.ts";

export const command: Command = {
  name: "redo",
  brief: "do again what undo took back",
  prints: "redo",
  positionals: { usage: "", min: 0, max: 0 },
  options: { touch: TOUCH_OPTION, branch: BRANCH_OPTION },
  async run(input) {
    const report = await withDaemon(
      input,
      (client, daemon) =>
        client.redo({ ...branchMeant(input, daemon, "branch", "branch"), ...touched(input) }),
    );
    printRollback(input, "again at", report);
    await warnOfBuildCaches(input);
    return 0;
  },
};
