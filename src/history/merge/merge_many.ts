/**
 * Several branches merged into one.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { ChangeCounts } from "../commits/commit.ts";
import { countChanges } from "../diff/diff.ts";
import { mergeSnapshots } from "./merge_snapshots.ts";
import type { MergeConflict, MergeOptions } from "./merge_types.ts";

/** A branch to be merged. Callers add what they need to know it again. */
export interface MergeSource {
  /** What conflict markers call it. */
  readonly label: string;
  readonly snapshot: Snapshot;
}

/**
 * What one source is merged against, given those that were merged before it. From history: the
 * {@linkcode mergeBase} of the source and of all of them together with the commit that is merged into.
 */
export type FindBase<Source> = (source: Source, merged: readonly Source[]) => Snapshot;

export interface MergeManyOptions extends Omit<MergeOptions, "labels"> {
  /** What conflict markers call the branch that is merged into. */
  readonly label: string;
  /** How two are merged; default: {@linkcode mergeSnapshots}. */
  readonly merge?: typeof mergeSnapshots;
}

/** What became of one source. */
export interface SourceResult<Source> {
  readonly source: Source;
  /** False: nothing of it is in the result. */
  readonly merged: boolean;
  /** Why it was not merged; empty if it was, except with `markers`. */
  readonly conflicts: readonly MergeConflict[];
  readonly decided: readonly MergeConflict[];
  /** Paths it changed when its turn came; of one that was not merged, that it would have. */
  readonly changes: ChangeCounts;
}

export interface MergeManyResult<Source> {
  readonly snapshot: Snapshot;
  /** In the order of the sources. */
  readonly sources: readonly SourceResult<Source>[];
  /** Paths of the result that differ from what it was merged into. */
  readonly changes: ChangeCounts;
  /** As {@linkcode MergeResult.highestInode}. */
  readonly highestInode: number;
}

/**
 * Merges the sources one after the other. One that conflicts with what is there by then, so that the strategy leaves
 * something to be settled, is left out as a whole: a commit of the result has those as parents that are fully
 * in it. With disjoint changes every order gives the same; of two that conflict with each other the first is merged.
 * With `markers` and a single source the marked result is kept; with several, `markers` is as `conflict`.
 */
export function mergeMany<Source extends MergeSource>(
  store: StoreWriter,
  into: Snapshot,
  sources: readonly Source[],
  findBase: FindBase<Source>,
  options: MergeManyOptions,
): MergeManyResult<Source> {
  const { label, merge = mergeSnapshots, ...rest } = options;
  const keepsMarked = options.strategy === "markers" && sources.length === 1;
  const strategy = options.strategy === "markers" && !keepsMarked ? "conflict" : options.strategy;
  const merged: Source[] = [];
  const results: SourceResult<Source>[] = [];
  let snapshot = into;
  let highestInode = 0;
  for (const source of sources) {
    const result = merge(store, findBase(source, merged), snapshot, source.snapshot, {
      ...rest,
      allocateInode: () => options.allocateInode(),
      strategy,
      labels: { ours: label, theirs: source.label },
    });
    const { conflicts, decided, changes } = result;
    const isMerged = conflicts.length === 0 || keepsMarked;
    results.push({ source, merged: isMerged, conflicts, decided, changes });
    if (!isMerged) continue;
    merged.push(source);
    snapshot = result.snapshot;
    highestInode = Math.max(highestInode, result.highestInode);
  }
  return { snapshot, sources: results, changes: countChanges(store, into, snapshot), highestInode };
}
