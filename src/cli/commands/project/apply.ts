import type { Command } from "../../command.ts";
import { given, withDaemon } from "../../daemon_client.ts";
import { BRANCH_OPTION, DRY_RUN_OPTION, REF_HELP } from "../../history_options.ts";
import { printApply, withListedConflicts } from "../../print/project_output.ts";
import { STRATEGY_OPTION, strategyOf } from "../../strategy_option.ts";

export const command: Command = {
  name: "apply",
  brief: "bring what a branch changed into the project",
  prints: "apply",
  positionals: { usage: "[REF]", min: 0, max: 1 },
  options: {
    branch: BRANCH_OPTION,
    "dry-run": DRY_RUN_OPTION,
    only: { value: "GLOB", brief: "only paths that match; several are separated by commas" },
    strategy: STRATEGY_OPTION,
    partial: { brief: "apply what does not conflict" },
    "no-git": { brief: "leave .git alone" },
    message: { value: "M", short: "m", brief: "what the log says of it" },
  },
  details: `Three-way: what the branch changed since the import, or since the last refresh
or apply, is merged with the project as it is on the disk. With conflicts
nothing is applied, unless the strategy decides them: ours is the project,
theirs the branch. What is not recorded becomes a checkpoint first. agentvfs
undo takes it back.
${REF_HELP}`,
  example: "apply --only 'src/**' --dry-run",
  async run(input) {
    const [ref] = input.positionals;
    const only = input.values.get("only")?.split(",").filter((pattern) => pattern !== "");
    const report = await withListedConflicts(
      input,
      input.values.get("branch") ?? "main",
      () =>
        withDaemon(input, (client) =>
          client.apply({
            ...(ref === undefined ? {} : { ref }),
            ...given(input, "branch", "branch"),
            ...given(input, "message", "message"),
            ...strategyOf(input.values.get("strategy")),
            ...(only === undefined ? {} : { only }),
            ...(input.flags.has("partial") ? { partial: true } : {}),
            ...(input.flags.has("no-git") ? { withoutGit: true } : {}),
            ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
          })),
    );
    printApply(input, report);
    return report.state === "applied" || report.state === "unchanged" ? 0 : 1;
  },
};
