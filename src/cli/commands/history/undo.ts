import type { Params } from "../../../control/methods.ts";
import type { Command } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, withDaemon } from "../../daemon_client.ts";
import {
  BRANCH_OPTION,
  DRY_RUN_OPTION,
  promptRef,
  REF_HELP,
  TOUCH_OPTION,
  touched,
} from "../../options/history_options.ts";
import { FORCE_LARGE_OPTION, type LargeParams, withLargeAsked } from "../../large_change.ts";
import { STRATEGY_OPTION, strategyOf } from "../../options/strategy_option.ts";
import { printTakenBack } from "../../print/project_output.ts";
import { warnOfBuildCaches } from "../../print/build_cache_warnings.ts";
import { printRollback } from "../../print/rollback_output.ts";
import { printUndone, withUndoConflicts } from "../../print/undo_output.ts";

export const command: Command = {
  name: "undo",
  brief: "take back the last operation, or one thing out of the middle",
  prints: "undo",
  positionals: { usage: "[N|REF…]", min: 0, max: Infinity },
  options: {
    prompt: { brief: "take out what a prompt led to: its id, else the last" },
    count: { value: "N", brief: "take back the last N operations" },
    strategy: STRATEGY_OPTION,
    "dry-run": DRY_RUN_OPTION,
    touch: TOUCH_OPTION,
    "force-large": FORCE_LARGE_OPTION,
    branch: BRANCH_OPTION,
  },
  details: `Alone: takes back the last rollback, restore, merge, refresh, apply or undo.
With N, a number of agentvfs log, or a REF: takes out what that checkpoint,
merge, rollback or tool call changed and leaves what came after it. What cannot
go without losing a later change is listed, and nothing is changed.
${REF_HELP}`,
  example: "undo 12 --dry-run",
  async run(input) {
    const words = input.positionals.join(" ");
    const ref = input.flags.has("prompt") ? promptRef(words) : words;
    const params: Params<"undo"> = {
      ...(ref === "" ? {} : { ref }),
      ...count(input.values.get("count")),
      ...strategyOf(input.values.get("strategy")),
      ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
      ...touched(input),
    };
    if (ref !== "" && params.count !== undefined) throw usageError("--count stands without N|REF");
    if (ref === "" && params.strategy !== undefined) throw usageError("--strategy needs N|REF");
    if (ref === "" && input.flags.has("force-large")) throw usageError("--force-large needs N|REF");
    const request = (large: LargeParams) => {
      return withDaemon(
        input,
        (client, daemon) =>
          client.undo({ ...params, ...large, ...branchMeant(input, daemon, "branch", "branch") }),
      );
    };
    const report = await withUndoConflicts(
      input,
      () => ref === "" ? request({}) : withLargeAsked(input, request),
    );
    if (report.project !== undefined) {
      printTakenBack(input, report, report.project);
      return report.project.leftAlone.length > 0 ? 1 : 0;
    }
    if (report.undone === undefined) {
      printRollback(input, "back at", report);
      await warnOfBuildCaches(input);
      return 0;
    }
    printUndone(input, report, report.undone);
    await warnOfBuildCaches(input);
    return report.undone.conflicts.length > 0 ? 1 : 0;
  },
};

function count(text: string | undefined): { count?: number } {
  if (text === undefined) return {};
  const count = Number(text);
  if (/^[0-9]{1,6}$/.test(text) && count >= 1) return { count };
  throw usageError(`--count needs a whole number above 0, not ${JSON.stringify(text)}`);
}
