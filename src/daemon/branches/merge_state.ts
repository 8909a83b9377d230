import type { MergeReport } from "../../control/service/merge.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";

/** What becomes of a merge that gives this. */
export function mergeState(outcome: MergeOutcome): MergeReport["state"] {
  const merged = outcome.sources.filter((source) => source.merged);
  if (merged.length === 0) return "refused";
  if (merged.some(({ conflicts }) => conflicts.length > 0)) return "settle";
  const { added, modified, deleted } = outcome.changes;
  if (added + modified + deleted > 0) return "merged";
  return merged.length < outcome.sources.length ? "refused" : "unchanged";
}
