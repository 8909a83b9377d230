/**
 * The names of what a merge answers with: docs/merge.md.
 *
 * @module
 */

export type {
  ConflictReport,
  ConflictSide,
  MergedSource,
  MergeReport,
  MergeStrategy,
} from "../methods/merge/merge.ts";
