import type { MergeReport } from "../../control/service/merge.ts";
import { totalChanges } from "../../history/commits/commit.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";

/** What becomes of a merge that gives this. */
export function mergeState(outcome: MergeOutcome): MergeReport["state"] {
  const merged = outcome.sources.filter((source) => source.merged);
  if (merged.length === 0) return "refused";
  if (merged.some(({ conflicts }) => conflicts.length > 0)) return "settle";
  if (totalChanges(outcome.changes) > 0) return "merged";
  return merged.length < outcome.sources.length ? "refused" : "unchanged";
}

/** What to do about conflicts in files of a branch. */
export const STRATEGY_HINT =
  "--strategy markers writes them into the files; ours, theirs or union decides them";

/** `1 conflict`, `2 conflicts`. */
export function conflictCount(count: number): string {
  return `${count} ${count === 1 ? "conflict" : "conflicts"}`;
}
