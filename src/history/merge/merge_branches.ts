/**
 * Merging commits into a branch: which base each is merged against, and what is left to be settled.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { ChangeCounts } from "../commits/commit.ts";
import type { History } from "../history.ts";
import { mergeBase } from "./merge_base.ts";
import { mergeMany, type MergeManyOptions, type SourceResult } from "./merge_many.ts";
import { emptyBase } from "./merge_snapshots.ts";
import type { MergeStrategy } from "./merge_types.ts";

/** One side of a merge. */
export interface MergeSide {
  /** What conflict markers call it. */
  readonly label: string;
  /** The commits it stands on, of which one has, or all together have, everything that was committed. */
  readonly commits: readonly ObjectId[];
  /** Its tree, what is not committed included. */
  readonly snapshot: Snapshot;
  /** What it is compared with; absent: what both sides have in common. */
  readonly base?: Snapshot;
}

export interface MergeRequest {
  readonly into: MergeSide;
  readonly sources: readonly MergeSide[];
  readonly strategy: MergeStrategy;
  /** Only what the sources changed at these paths (binary strings). */
  readonly paths?: readonly string[];
  /** For files that come with the merge. */
  readonly nextInode: number;
}

export interface MergeOutcome {
  readonly snapshot: Snapshot;
  /** In the order of the sources. */
  readonly sources: readonly SourceResult<MergeSide>[];
  readonly changes: ChangeCounts;
  readonly nextInode: number;
}

/**
 * Puts objects; commits nothing. Throws what reading the history and the store throws.
 *
 * @param merge how two snapshots are merged; default: as what they are, files
 */
export function mergeBranches(
  store: StoreWriter,
  history: History,
  request: MergeRequest,
  merge?: MergeManyOptions["merge"],
): MergeOutcome {
  const { into, sources, strategy, paths } = request;
  let { nextInode } = request;
  const findBase = (source: MergeSide, merged: readonly MergeSide[]) => {
    if (source.base !== undefined) return source.base;
    const ours = [...into.commits, ...merged.flatMap(({ commits }) => commits)];
    return mergeBase(history, ours, source.commits)?.snapshot ?? emptyBase(into.snapshot);
  };
  const result = mergeMany(store, into.snapshot, sources, findBase, {
    label: into.label,
    strategy,
    allocateInode: () => nextInode++,
    ...(paths === undefined ? {} : { paths }),
    ...(merge === undefined ? {} : { merge }),
  });
  const { snapshot, changes, highestInode } = result;
  nextInode = Math.max(nextInode, highestInode + 1);
  return { snapshot, sources: result.sources, changes, nextInode };
}
