/**
 * Shows what a refresh or an apply did, or would do.
 *
 * @module
 */

import type { ConflictReport } from "../../control/service/merge.ts";
import type { TakenBack, UndoReport } from "../../control/service/history.ts";
import type {
  ApplyReport,
  LeftAlone,
  ProjectMoved,
  RefreshReport,
} from "../../control/service/project.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { CommandInput } from "../command.ts";
import {
  changeLine,
  counts,
  duration,
  grouped,
  joined,
  localTime,
  shortId,
  words,
} from "./format.ts";
import { conflictLine } from "./conflict_line.ts";
import { onTerminal, print, printError, printJson, safe, style } from "./output.ts";

/** Paths that are listed; the rest is counted. */
const SHOWN = 20;

/** Runs what may be refused because of conflicts with `name`; then they are listed before the error is reported. */
export async function withListedConflicts<T>(
  input: CommandInput,
  name: () => string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const isListed = error instanceof ServiceError &&
      (error.code === "apply_conflicts" || error.code === "refresh_conflicts");
    if (isListed && !input.flags.has("json")) {
      const { conflicts } = error.details as { conflicts: ConflictReport[] };
      for (const conflict of conflicts) printError(conflictLine(name(), conflict));
    }
    throw error;
  }
}

/** Prints the id alone where output is not a terminal and something was made. */
export function printRefresh(input: CommandInput, report: RefreshReport): void {
  if (input.flags.has("json")) return printJson(report);
  warn(report.project);
  for (const conflict of report.conflicts) print(conflictLine("project", conflict));
  for (const change of report.changes ?? []) print(changeLine(change));
  if (!onTerminal() && report.id !== null) return print(report.id);
  print(refreshed(report));
}

export function printApply(input: CommandInput, report: ApplyReport): void {
  if (input.flags.has("json")) return printJson(report);
  warn(report.project);
  for (const conflict of report.conflicts) print(conflictLine(report.branch, conflict));
  for (const change of report.changes ?? []) print(changeLine(change));
  printLeft(report.leftAlone);
  for (const { path, reason } of report.notKept) {
    printError(`warning: ${safe(path)}: ${safe(reason)}`);
  }
  if (!onTerminal() && report.id !== null) return print(report.id);
  const moved = movedSince(report.project);
  print(applied(report));
  if (moved !== "") {
    print(`the project has ${moved}, which is kept: agentvfs refresh brings it here`);
  }
}

/** An apply was taken back. */
export function printTakenBack(
  input: CommandInput,
  report: UndoReport,
  { changed, leftAlone }: TakenBack,
): void {
  if (input.flags.has("json")) return printJson(report);
  printLeft(leftAlone);
  const done = report.dryRun ? "would take" : "took";
  const what = `${done} an apply of ${safe(report.branch)} back from the project`;
  print(joined(what, counts(changed), duration(report.ms)));
}

/** What an apply did not change, and why. */
export function printLeft(leftAlone: readonly LeftAlone[]): void {
  for (const { path, reason } of leftAlone) {
    print(`${style("left", "yellow")} ${safe(path)}: ${safe(reason)}`);
  }
}

/** `2 modified since, last src/a.ts, 2026-01-02 03:04:05`; nothing if the project is what is common. */
function movedSince({ changed, newest }: ProjectMoved): string {
  const { added, modified, deleted } = changed;
  if (added + modified + deleted === 0) return "";
  const last = newest === null ? "" : `, last ${safe(newest.path)}, ${localTime(newest.time)}`;
  return `${counts(changed)} of its own${last}`;
}

function refreshed({ branch, state, dryRun, changed, id, ms }: RefreshReport): string {
  const name = safe(branch);
  switch (state) {
    case "unchanged":
      return `${name} has everything that the project has`;
    case "refused":
      return `cannot refresh ${name}: settle the conflicts, or use --strategy`;
    case "settle": {
      const next = dryRun ? "" : "; settle them, then: agentvfs merge --continue (or --abort)";
      return `${dryRun ? "would refresh" : "refreshed"} ${name} with conflicts marked${next}`;
    }
    case "refreshed":
      if (dryRun) return joined(`would refresh ${name}`, counts(changed));
      return joined(
        words("refreshed", name, style(shortId(id!), "yellow")),
        counts(changed),
        duration(ms),
      );
  }
}

function applied({ branch, to, state, dryRun, changed, id, ms }: ApplyReport): string {
  const what = `${safe(branch)} to ${safe(to)}`;
  switch (state) {
    case "unchanged":
      return `nothing to apply: ${safe(to)} has everything that ${safe(branch)} changed`;
    case "refused":
      return `cannot apply ${what}: settle the conflicts, or use --partial or --strategy`;
    case "aborted":
      return joined(`took back what was applied of ${what}`, duration(ms));
    case "applied":
    case "partial": {
      const part = state === "partial" ? "in part" : "";
      if (dryRun) return joined(words("would apply", what, part), counts(changed));
      return joined(
        words("applied", what, part, id === null ? "" : style(shortId(id), "yellow")),
        counts(changed),
        duration(ms),
      );
    }
  }
}

function warn({ guessed, skipped }: ProjectMoved): void {
  if (guessed) {
    printError(
      "warning: what the branch and the project have in common is lost; compared with the import, " +
        "so what both have may be in conflict",
    );
  }
  for (const { path, reason } of skipped.slice(0, SHOWN)) {
    printError(`warning: ${safe(path)}: ${safe(reason)}`);
  }
  if (skipped.length > SHOWN) printError(`warning: and ${grouped(skipped.length - SHOWN)} more`);
}
