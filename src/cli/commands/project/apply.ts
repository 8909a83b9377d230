import { resolve } from "node:path";
import { currentDirectory } from "../../../host/current_directory.ts";
import type { Params } from "../../../control/methods.ts";
import type { Command, CommandInput } from "../../command.ts";
import { usageError } from "../../command_error.ts";
import { branchMeant, given, withDaemon } from "../../daemon_client.ts";
import { BRANCH_OPTION, DRY_RUN_OPTION } from "../../options/history_options.ts";
import { FORCE_LARGE_OPTION, type LargeParams, withLargeAsked } from "../../large_change.ts";
import { print } from "../../print/output.ts";
import { chooseColour } from "../../print/pager.ts";
import { printApply, withListedConflicts } from "../../print/project_output.ts";
import { isNothing } from "../../review/choices.ts";
import { checkTerminal, reviewOnTerminal } from "../../review/review_terminal.ts";
import { STRATEGY_OPTION, strategyOf } from "../../options/strategy_option.ts";
import { withProgress } from "../../with_progress.ts";

export const command: Command = {
  name: "apply",
  brief: "bring what a branch changed into the project",
  prints: "apply",
  positionals: { usage: "[REF]", min: 0, max: 1 },
  options: {
    branch: BRANCH_OPTION,
    to: { value: "DIR", brief: "another directory than the project; made if it is missing" },
    "dry-run": DRY_RUN_OPTION,
    only: { value: "GLOB", brief: "only paths that match; several are separated by commas" },
    strategy: STRATEGY_OPTION,
    partial: { brief: "apply what does not conflict" },
    interactive: { short: "i", brief: "ask about each change, hunk by hunk" },
    "force-large": FORCE_LARGE_OPTION,
    "no-git": { brief: "leave .git alone" },
    continue: { brief: "finish an apply that was interrupted" },
    abort: { brief: "take back what an apply that was interrupted had done" },
    message: { value: "M", mayBeEmpty: true, short: "m", brief: "what the log says of it" },
  },
  details: `Three-way, with the project as it is: ours is the project, theirs the branch.
With conflicts nothing is applied. agentvfs undo takes it back.`,
  example: "apply --only 'src/**' --dry-run",
  async run(input) {
    const ending = ["continue", "abort"].filter((flag) => input.flags.has(flag));
    if (ending.length > 0) return await end(input, ending);
    const [ref] = input.positionals;
    const only = input.values.get("only")?.split(",").filter((pattern) => pattern !== "");
    const to = input.values.get("to");
    let name = "main";
    const at = ref === undefined ? {} : { ref };
    const wanted = {
      ...(only === undefined ? {} : { only }),
      ...(input.flags.has("no-git") ? { withoutGit: true } : {}),
    };
    const reviewed = await asked(input, { ...at, ...wanted });
    if (reviewed === null) return 0;
    const request = (large: LargeParams) =>
      withDaemon(input, async (client, daemon) => {
        const of = branchMeant(input, daemon, "branch", "branch");
        name = of.branch ?? name;
        return await withProgress(
          daemon,
          "apply",
          client.apply({
            ...of,
            ...at,
            ...(to === undefined ? {} : { to: resolve(currentDirectory() ?? "/", to) }),
            ...("reviewed" in reviewed ? reviewed : wanted),
            ...given(input, "message", "message"),
            ...strategyOf(input.values.get("strategy")),
            ...(input.flags.has("partial") ? { partial: true } : {}),
            ...(input.flags.has("dry-run") ? { dryRun: true } : {}),
            ...large,
          }),
        );
      });
    const report = await withListedConflicts(
      input,
      () => name,
      () => withLargeAsked(input, request),
    );
    printApply(input, report);
    return report.state === "applied" || report.state === "unchanged" ? 0 : 1;
  },
};

/** What was taken of a review, if there is to be one; null if nothing. */
async function asked(
  input: CommandInput,
  params: Params<"reviewApply">,
): Promise<Pick<Params<"apply">, "reviewed"> | null> {
  if (!input.flags.has("interactive")) return {};
  checkTerminal("agentvfs apply --interactive");
  if (input.values.has("to")) {
    throw usageError("--interactive is about the project, so --to means nothing");
  }
  if (input.flags.has("json")) throw usageError("--interactive and --json exclude each other");
  chooseColour(input);
  const { from, to, items } = await withDaemon(
    input,
    (client, daemon) =>
      client.reviewApply({ ...params, ...branchMeant(input, daemon, "branch", "branch") }),
  );
  if (items.length === 0) return {};
  const choices = await reviewOnTerminal(input, items);
  if (choices !== null && !isNothing(choices)) return { reviewed: { from, to, ...choices } };
  print("nothing was taken; the project is as it was");
  return null;
}

async function end(input: CommandInput, [how, other]: string[]): Promise<number> {
  if (other !== undefined || input.positionals.length > 0) {
    throw usageError("--continue and --abort stand alone");
  }
  const dryRun = input.flags.has("dry-run") ? { dryRun: true } : {};
  const report = await withDaemon(
    input,
    (client) => how === "continue" ? client.continueApply(dryRun) : client.abortApply(dryRun),
  );
  printApply(input, report);
  return report.state === "partial" ? 1 : 0;
}
