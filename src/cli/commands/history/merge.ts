import type { Params } from "../../../control/methods.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, given, withDaemon } from "../../daemon_client.ts";
import { askKept } from "../../kept_daemon.ts";
import { DRY_RUN_OPTION, TOUCH_OPTION, touched } from "../../options/history_options.ts";
import { STRATEGY_OPTION, strategyOf } from "../../options/strategy_option.ts";
import { printContinued, printMerge, withConflicts } from "../../print/merge_output.ts";
import { printRollback } from "../../print/rollback_output.ts";

export const command: Command = {
  name: "merge",
  brief: "bring what branches or checkpoints changed into a branch",
  prints: () => import("../../outputs/merge.ts"),
  positionals: { usage: "[SRC…]", min: 0, max: Infinity },
  options: {
    into: {
      value: "B",
      aliases: ["branch"],
      brief: "branch to merge into; else the one you stand in",
    },
    strategy: STRATEGY_OPTION,
    "dry-run": DRY_RUN_OPTION,
    touch: TOUCH_OPTION,
    label: { value: "L", mayBeEmpty: true, short: "l", brief: "label of the checkpoint it makes" },
    test: { value: "CMD", brief: "merge only if CMD, run on the result, ends with 0" },
    "best-of": { brief: "with --test: of the sources only the first that passes" },
    score: { brief: "or the one for which CMD's last line is the highest number" },
    continue: { brief: "end a merge whose conflict markers are settled" },
    abort: { brief: "take a merge with conflict markers back" },
  },
  details: `What is not recorded is merged too. Of several sources each that merges cleanly
is merged. Conflicts refuse a source, unless the strategy decides them: ours,
theirs, union (both sides' lines), or markers, which writes them into the files
to be settled. agentvfs undo takes a merge back.`,
  example: "merge cart docs --strategy markers",
  async run(input) {
    const ending = ["continue", "abort"].filter((flag) => input.flags.has(flag));
    if (ending.length > 0) {
      if (ending.length > 1 || input.positionals.length > 0) {
        throw usageError("--continue and --abort stand alone");
      }
      return await end(input, ending[0] === "continue");
    }
    if (input.positionals.length === 0) {
      throw usageError("agentvfs merge needs SRC…", "See agentvfs merge --help");
    }
    const command = input.values.get("test");
    if (command !== undefined) return await tested(input, command);
    const alone = ["best-of", "score"].find((flag) => input.flags.has(flag));
    if (alone !== undefined) throw usageError(`--${alone} means nothing without --test CMD`);
    return await merge(input);
  },
};

async function end(input: CommandInput, isContinued: boolean): Promise<number> {
  await withDaemon(input, async (client, daemon) => {
    const branch = branchMeant(input, daemon, "into", "branch");
    if (isContinued) printContinued(input, await client.continueMerge(branch));
    else printRollback(input, "merge taken back; at", await client.abortMerge(branch));
  });
  return 0;
}

async function tested(input: CommandInput, command: string): Promise<number> {
  if (input.flags.has("dry-run")) throw usageError("--test and --dry-run exclude each other");
  const { strategy } = strategyOf(input.values.get("strategy"));
  if (strategy === "markers") {
    throw usageError("--test needs a merge without marks: --strategy ours, theirs or union");
  }
  const isScored = input.flags.has("score");
  if (isScored && !input.flags.has("best-of")) {
    throw usageError("--score means nothing without --best-of");
  }
  const take = isScored ? "best" : input.flags.has("best-of") ? "first" : "all";
  const { testedMerge } = await import("../../agents/tested_merge.ts");
  const { place, into } = await withDaemon(input, async (client, daemon) => {
    const { source, mount, store, socket, branch } = await client.status();
    const place = { source, mount, store, socket, branch, tree: daemon.tree };
    return { place, into: branchMeant(input, daemon, "into", "into") };
  });
  return await testedMerge(input, (call) => askKept(place.socket, place.mount, call), place, {
    sources: [...new Set(input.positionals)],
    command,
    take,
    ...(strategy === undefined ? {} : { strategy }),
    ...given(input, "label", "label"),
    ...touched(input),
    ...into,
  });
}

export async function merge(input: CommandInput): Promise<number> {
  const params: Params<"merge"> = {
    sources: [...input.positionals],
    ...given(input, "label", "label"),
    ...strategyOf(input.values.get("strategy")),
    ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
    ...touched(input),
  };
  const report = await withConflicts(
    input,
    () =>
      withDaemon(
        input,
        (client, daemon) =>
          client.merge({ ...params, ...branchMeant(input, daemon, "into", "into") }),
      ),
  );
  printMerge(input, report);
  const isComplete = report.state === "unchanged" || report.state === "merged";
  return isComplete && report.sources.every(({ merged }) => merged) ? 0 : 1;
}
