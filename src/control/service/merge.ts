/**
 * Merging branches and checkpoints into a branch: docs/merge.md.
 *
 * @module
 */

import type { BranchParams, ChangeCounts, CheckpointReport, RollbackReport } from "./history.ts";

/** About merges. */
export interface MergeService {
  /**
   * Merges branches or checkpoints into a branch. Rejects with `merge_conflicts`, and nothing is changed, if nothing can be
   * merged; `details` is then the report.
   */
  merge(p: MergeParams): Promise<MergeReport>;
  /** Ends a merge whose conflicts were settled. */
  continueMerge(p: BranchParams): Promise<CheckpointReport>;
  /** Takes a merge in progress back. */
  abortMerge(p: BranchParams): Promise<RollbackReport>;
}

/** See docs/merge.md. */
export type MergeStrategy = "conflict" | "ours" | "theirs" | "union" | "markers";

/** What is merged, into what, and how conflicts are decided. */
export interface MergeParams {
  /** Branches, with what is not recorded in them, or checkpoints. */
  sources: string[];
  /** Branch; default: main. */
  into?: string;
  /** Default: `conflict`. */
  strategy?: MergeStrategy;
  label?: string;
  message?: string;
  /** Only what the sources changed at these paths. */
  paths?: string[];
  dryRun?: boolean;
}

/** What a side of a conflict has. */
export interface ConflictSide {
  /** As in `Change`. */
  kind: string;
  /** Octal. */
  mode: string;
  /** Of the content; null for what has none. */
  id: string | null;
}

/** A path that both sides changed, each in its own way. */
export interface ConflictReport {
  path: string;
  /** The exact bytes in base64, only where they are not UTF-8. */
  pathBytes?: string;
  /** `edit/edit`, `edit/delete`, …: docs/merge.md lists them. */
  kind: string;
  base: ConflictSide | null;
  ours: ConflictSide | null;
  theirs: ConflictSide | null;
  /** Where that side has it, if it moved it. */
  oursPath?: string;
  theirsPath?: string;
}

/** What became of a source. */
export interface MergedSource {
  name: string;
  /** False: nothing of it was merged, because of the conflicts. */
  merged: boolean;
  conflicts: ConflictReport[];
  /** Conflicts that the strategy decided. */
  decided: ConflictReport[];
  changed: ChangeCounts;
}

/** What a merge has done, or would do. */
export interface MergeReport {
  into: string;
  /**
   * `merged`: a checkpoint was made; `unchanged`: there was nothing to merge; `settle`: conflicts are marked in files, the merge
   * has to be continued or aborted; `refused`: nothing could be merged. In a dry run, what would be.
   */
  state: "merged" | "unchanged" | "settle" | "refused";
  /** The checkpoint; null where none was made. */
  id: string | null;
  label: string | null;
  dryRun: boolean;
  sources: MergedSource[];
  changed: ChangeCounts;
  /** Automatic checkpoint taken first; null where nothing was unsaved. */
  safety: string | null;
  ms: number;
}
