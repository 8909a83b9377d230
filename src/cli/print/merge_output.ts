/**
 * Shows what a merge did and what is left to be settled.
 *
 * @module
 */

import type { CheckpointReport } from "../../control/service/history.ts";
import type { MergeReport } from "../../control/service/merge.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { CommandInput } from "../command.ts";
import { conflictLine } from "./conflict_line.ts";
import { counts, duration, joined, quoted, shortId, words } from "./format.ts";
import { onTerminal, print, printError, printJson, safe, style } from "./output.ts";

/** Runs a merge. If it is refused, lists the conflicts before the error is reported. */
export async function withConflicts<T>(
  input: CommandInput,
  merge: () => Promise<T>,
): Promise<T> {
  try {
    return await merge();
  } catch (error) {
    if (error instanceof ServiceError && error.code === "merge_conflicts") {
      if (!input.flags.has("json")) listRefused(input, error.details as MergeReport);
    }
    throw error;
  }
}

/** Prints the id alone where output is not a terminal. */
export function printMerge(input: CommandInput, report: MergeReport): void {
  if (input.flags.has("json")) return printJson(report);
  listRefused(input, report);
  for (const source of report.sources.filter(({ merged }) => merged)) {
    for (const conflict of source.conflicts) print(conflictLine(source.name, conflict));
  }
  if (!onTerminal() && report.id !== null) return print(report.id);
  print(sentence(report));
}

export function printContinued(input: CommandInput, report: CheckpointReport): void {
  if (input.flags.has("json")) printJson(report);
  else if (!onTerminal()) print(report.id);
  else {
    const id = style(shortId(report.id), "yellow");
    const name = words("merged", id, style(quoted(report.label), "bold"));
    print(joined(name, counts(report.changed), duration(report.ms)));
  }
}

function sentence(report: MergeReport): string {
  const { into, state, dryRun, changed, ms, id, label } = report;
  const merged = report.sources.filter((source) => source.merged).map(({ name }) => safe(name));
  const what = `${merged.join(", ")} into ${into}`;
  if (state === "unchanged") return `${into} has everything already`;
  if (state === "refused") return `nothing can be merged into ${into}`;
  if (state === "settle") {
    const next = dryRun ? "" : "; settle them, then: agentvfs merge --continue (or --abort)";
    return `${dryRun ? "would merge" : "merged"} ${what} with conflicts marked${next}`;
  }
  if (dryRun) return joined(`would merge ${what}`, counts(changed));
  const name = words("merged", what, style(shortId(id!), "yellow"), style(quoted(label), "bold"));
  return joined(name, counts(changed), duration(ms));
}

function listRefused(input: CommandInput, { sources }: MergeReport): void {
  const refused = sources.filter(({ merged }) => !merged);
  if (refused.length === 0) return;
  if (input.originalClient) {
    printError("agentvfs-ctl: merge conflicts");
    const paths = refused.flatMap(({ conflicts }) => conflicts.map(({ path }) => path));
    for (const path of new Set(paths)) printError(`  /${safe(path)}`);
    return;
  }
  for (const source of refused) {
    for (const conflict of source.conflicts) printError(conflictLine(source.name, conflict));
  }
}
