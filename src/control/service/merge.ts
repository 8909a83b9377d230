/**
 * The names of what a merge answers with: docs/merge.md.
 *
 * @module
 */

export type { Hunk, ReviewItem } from "../shapes/review.ts";
export type { ReviewReport } from "../methods/merge/review.ts";
export type { CandidateReport, TestedMergeReport } from "../shapes/tested_merge.ts";
export type { TakeReport } from "../methods/merge/take.ts";
export type {
  ConflictReport,
  ConflictSide,
  MergedSource,
  MergeReport,
  MergeStrategy,
} from "../methods/merge/merge.ts";
