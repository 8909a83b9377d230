import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, rootsMeant, withDaemon } from "../../daemon_client.ts";
import {
  BRANCH_OPTION,
  DRY_RUN_OPTION,
  REF_HELP,
  TOUCH_OPTION,
  touched,
} from "../../options/history_options.ts";
import { FORCE_LARGE_OPTION, withLargeAsked } from "../../large_change.ts";
import { pathArguments, PATHS_FROM_OPTION } from "../../options/path_arguments.ts";
import { warnOfBuildCaches } from "../../print/build_cache_warnings.ts";
import { printRollback } from "../../print/rollback_output.ts";

export const command: Command = {
  name: "restore",
  brief: "bring files or directories back from a checkpoint",
  prints: "restore",
  positionals: {
    usage: "PATH…",
    min: 0,
    max: Infinity,
    areBytes: true,
    completes: { PATH: "changed" },
  },
  options: {
    from: { value: "REF", short: "f", brief: "checkpoint to take them from; else HEAD" },
    "dry-run": DRY_RUN_OPTION,
    touch: TOUCH_OPTION,
    "force-large": FORCE_LARGE_OPTION,
    "paths-from": PATHS_FROM_OPTION,
    branch: BRANCH_OPTION,
  },
  details: `${REF_HELP}
Paths start where you stand in the mount or the project, elsewhere at its root.`,
  example: "restore src/cart.ts docs --from initial",
  async run(input) {
    const from = input.values.get("from") ?? "HEAD";
    if (from === "") throw usageError("--from needs a checkpoint");
    const { paths, inside } = await pathArguments(input, input.positionals);
    if (paths.length === 0) {
      throw usageError("agentvfs restore needs PATH…", "See agentvfs restore --help");
    }
    const report = await withLargeAsked(
      input,
      (large) =>
        withDaemon(input, async (client, daemon) => {
          return await client.restore({
            paths: inside(await rootsMeant(client, daemon)),
            from,
            ...branchMeant(input, daemon, "branch", "branch"),
            ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
            ...touched(input),
            ...large,
          });
        }),
    );
    printRollback(input, "restored from", report);
    await warnOfBuildCaches(input);
    return 0;
  },
};
