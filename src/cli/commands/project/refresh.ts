import type { Command } from "../../command.ts";
import { branchMeant, given, withDaemon } from "../../daemon_client.ts";
import { FORCE_LARGE_OPTION, type LargeParams, withLargeAsked } from "../../large_change.ts";
import {
  BRANCH_OPTION,
  DRY_RUN_OPTION,
  TOUCH_OPTION,
  touched,
} from "../../options/history_options.ts";
import { printRefresh, withListedConflicts } from "../../print/project_output.ts";
import { STRATEGY_OPTION, strategyOf } from "../../options/strategy_option.ts";

export const command: Command = {
  name: "refresh",
  brief: "bring what changed in the project into a branch",
  prints: "refresh",
  positionals: { usage: "", min: 0, max: 0 },
  options: {
    branch: BRANCH_OPTION,
    strategy: STRATEGY_OPTION,
    untouched: { brief: "only what nobody changed in the branch" },
    "dry-run": DRY_RUN_OPTION,
    "force-large": FORCE_LARGE_OPTION,
    touch: TOUCH_OPTION,
    message: {
      value: "M",
      mayBeEmpty: true,
      short: "m",
      brief: "description of the checkpoint it makes",
    },
  },
  details: `Three-way: what changed in the project since the import, or since the last
refresh or apply, is merged with what was done in the branch. Conflicts refuse
it, unless the strategy decides them: ours is the branch, theirs the project.
With markers: agentvfs merge --continue or --abort. agentvfs undo takes it back.`,
  example: "refresh --dry-run",
  async run(input) {
    const request = (large: LargeParams) =>
      withDaemon(input, (client, daemon) =>
        client.refresh({
          ...branchMeant(input, daemon, "branch", "branch"),
          ...given(input, "message", "message"),
          ...strategyOf(input.values.get("strategy")),
          ...(input.flags.has("untouched") ? { untouched: true } : {}),
          ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
          ...touched(input),
          ...large,
        }));
    const report = await withListedConflicts(
      input,
      () => "project",
      () => withLargeAsked(input, request),
    );
    printRefresh(input, report);
    return report.state === "refused" || report.state === "settle" ? 1 : 0;
  },
};
