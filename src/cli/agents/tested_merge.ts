/**
 * `agentvfs merge --test`: merges what passes a command.
 *
 * @module
 */

import type { Ask } from "../../control/library/ask.ts";
import { mergedOf, mergeTested } from "../../control/library/merge_tested.ts";
import type { MergeTestedOptions } from "../../control/library/merge_tested_options.ts";
import type { CandidateReport, TestedMergeReport } from "../../control/shapes/tested_merge.ts";
import { checkNamespaces } from "../../daemon/runs/run_on_branch.ts";
import { say } from "../after_run.ts";
import type { CommandInput } from "../command.ts";
import { conflictLine } from "../print/conflict_line.ts";
import { counts, duration, joined, quoted, shortId, words } from "../print/format.ts";
import { onTerminal, print, printError, printJson, safe, style } from "../print/output.ts";
import { Interruption } from "./interruption.ts";
import type { RunPlace } from "./run_place.ts";
import { runTest } from "./test_command.ts";

export type TestedMergeOptions =
  & Pick<MergeTestedOptions, "sources" | "into" | "take" | "strategy" | "label" | "touch">
  & { readonly command: string };

/** Merges and prints. Resolves with the exit code. */
export async function testedMerge(
  input: CommandInput,
  ask: Ask,
  place: RunPlace,
  options: TestedMergeOptions,
): Promise<number> {
  const merged = await mergeByCommand(ask, place, options);
  if (typeof merged === "number") return merged;
  printTested(input, merged);
  return isComplete(merged) ? 0 : 1;
}

/** Says how it goes. Resolves with the report, or what to end with if a signal came before anything was merged. */
export async function mergeByCommand(
  ask: Ask,
  place: RunPlace,
  { command, ...options }: TestedMergeOptions,
): Promise<TestedMergeReport | number> {
  await checkNamespaces({ confine: null });
  using interruption = new Interruption();
  const isScored = options.take === "best";
  try {
    return await mergeTested(ask, {
      ...options,
      signal: interruption.signal,
      test(trial) {
        say(`testing ${named(mergedOf(trial.merge.sources))}`);
        return runTest({ place, command, isScored, interruption }, trial);
      },
      onCandidate: (candidate) => tellCandidate(candidate, isScored),
    });
  } catch (error) {
    if (interruption.exit === null || error !== interruption.signal.reason) throw error;
    say("interrupted; nothing was merged");
    return interruption.exit;
  }
}

/** What was wanted is merged. */
function isComplete({ state, taken, candidates }: TestedMergeReport): boolean {
  if (state === "unchanged") return true;
  return candidates.some(({ state, sources }) =>
    state === "passed" && sources.length === taken?.length
  );
}

function tellCandidate(candidate: CandidateReport, isScored: boolean): void {
  const { sources, state, exit, score, merge, ms } = candidate;
  for (const source of merge.filter(({ merged }) => !merged)) {
    for (const conflict of source.conflicts) printError(conflictLine(source.name, conflict));
  }
  if (state === "conflicts") return say(`${named(sources)} cannot be merged`);
  if (state === "unchanged") return say(`${named(sources)} has nothing to merge`);
  const name = named(mergedOf(merge));
  const how = state === "passed"
    ? score === null ? "passed" : `passed with ${score}`
    : isScored && exit === 0
    ? "has no score: the last line of the test's output is no number"
    : `failed with exit code ${exit}`;
  say(`${name} ${how} (${duration(ms)})`);
}

/** Prints the id alone where output is not a terminal. */
function printTested(input: CommandInput, report: TestedMergeReport): void {
  if (input.flags.has("json")) return printJson(report);
  const { into, state, taken, id, label, changed, ms, candidates } = report;
  if (state === "unchanged") return print(`${into} has everything already`);
  if (state === "refused") {
    const none = candidates.length === 1 ? "it did not pass" : "no candidate passed";
    return printError(`agentvfs: nothing was merged into ${safe(into)}: ${none}`);
  }
  if (!onTerminal()) return print(id!);
  const what = `${named(taken!)} into ${safe(into)}`;
  const name = words("merged", what, style(shortId(id!), "yellow"), style(quoted(label), "bold"));
  print(joined(name, counts(changed), duration(ms)));
}

function named(sources: readonly string[]): string {
  return sources.map(safe).join(" and ");
}
