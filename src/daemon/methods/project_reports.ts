/**
 * What is said of refreshes and applies.
 *
 * @module
 */

import { displayString } from "../../../ffi/binary_string.ts";
import type { ApplyReport } from "../../control/service/project.ts";
import { ServiceError } from "../../control/service_error.ts";
import { totalChanges } from "../../history/commits/commit.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import type { DoneApply } from "../background/apply_job.ts";
import type { ApplyPlan } from "../background/plan_apply.ts";
import { conflictCount, mergeState, STRATEGY_HINT } from "../branches/merge_state.ts";
import { conflictReport } from "../threads/reports.ts";

export const NOTHING = { added: 0, modified: 0, deleted: 0 };

export function shown({ path, reason }: SkippedPath): { path: string; reason: string } {
  return { path: displayString(path), reason };
}

/** What a merge of the project into a branch gives. */
export function told(outcome: MergeOutcome) {
  const [{ conflicts, decided }] = outcome.sources as [MergeOutcome["sources"][0]];
  const merge = mergeState(outcome);
  const state = merge === "merged" ? "refreshed" : merge;
  return {
    state,
    conflicts: conflicts.map(conflictReport),
    decided: decided.map(conflictReport),
    changed: outcome.changes,
  } as const;
}

/** What an apply would do. */
export function planned(
  { conflicts, decided, counts }: Pick<ApplyPlan, "conflicts" | "decided" | "counts">,
  partial: boolean,
) {
  const isRefused = conflicts.length > 0 && (!partial || totalChanges(counts) === 0);
  const state = isRefused
    ? "refused"
    : totalChanges(counts) === 0
    ? "unchanged"
    : conflicts.length > 0
    ? "partial"
    : "applied";
  return {
    state,
    conflicts: conflicts.map(conflictReport),
    decided: decided.map(conflictReport),
    changed: counts,
  } as const;
}

/** How an apply ended that was to end like this. */
export function ended(state: ApplyReport["state"], { commit, leftAlone, notKept }: DoneApply) {
  const isWhole = leftAlone.length === 0 || state === "aborted";
  return {
    state: isWhole ? state : "partial",
    id: commit?.id ?? null,
    leftAlone: leftAlone.map(shown),
    notKept: notKept.map(shown),
  };
}

/** The error of a refresh or an apply that conflicts refuse. */
export function conflicts(
  what: "apply" | "refresh",
  report: { branch: string; conflicts: readonly unknown[] },
): ServiceError {
  const number = conflictCount(report.conflicts.length);
  const message = what === "apply"
    ? `Cannot apply ${report.branch} to the project: ${number}`
    : `Cannot refresh ${report.branch} from the project: ${number}`;
  const hint = what === "apply"
    ? "--partial applies the others; --strategy ours, theirs or union decides them; or refresh first"
    : STRATEGY_HINT;
  return new ServiceError(`${what}_conflicts`, message, { hint, details: report });
}
