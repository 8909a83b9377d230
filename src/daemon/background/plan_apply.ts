/**
 * What an apply, or taking one back, would do to the project. Objects are put, nothing is committed.
 *
 * @module
 */

import { type ChangeCounts, type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import { countChanges, listChanges, type SnapshotChange } from "../../history/diff/diff.ts";
import type { History } from "../../history/history.ts";
import { hasMarkers } from "../../history/merge/has_markers.ts";
import { mergeSnapshots } from "../../history/merge/merge_snapshots.ts";
import type { MergeConflict, MergeResult, MergeStrategy } from "../../history/merge/merge_types.ts";
import type { CommonBase } from "../../history/project/common_base.ts";
import { mergeProject } from "../../history/project/merge_project.ts";
import type { ProjectHistory } from "../../history/project/project_history.ts";
import { withPaths } from "../../history/project/with_paths.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { chooseChanges, type ChosenChanges } from "./choose_changes.ts";

export interface ApplyRequest extends ChosenChanges {
  readonly branch: string;
  /** The commit that is applied, or that the snapshot comes after. */
  readonly point: ObjectId;
  readonly strategy: MergeStrategy;
  /** Only what came after this. */
  readonly since?: Snapshot;
}

/** What taking an apply back is about. */
export interface TakeBackRequest {
  readonly branch: string;
  /** Commit that the branch stands on. */
  readonly at: ObjectId;
  /** The commit of the apply. */
  readonly apply: ObjectId;
}

export interface ApplyPlan {
  readonly base: CommonBase;
  readonly point: ObjectId;
  /** The project before, */
  readonly before: CommitInfo;
  /** and what it becomes. */
  readonly result: Snapshot;
  /** What is common once that is so. */
  readonly common: Snapshot;
  readonly conflicts: readonly MergeConflict[];
  readonly decided: readonly MergeConflict[];
  readonly counts: ChangeCounts;
  readonly changes: readonly SnapshotChange[];
}

/** What an apply would do to the project as it was seen last. */
export function planApply(
  store: StoreWriter,
  history: History,
  project: ProjectHistory,
  request: ApplyRequest,
): ApplyPlan {
  const { branch, point, strategy } = request;
  let next = history.nextInode();
  const allocateInode = () => next++;
  const { commit: before } = project.known(null)!;
  const base = project.base(branch, point);
  const since = changesSince(store, base.snapshot, request, allocateInode);
  const theirs = since?.snapshot ?? request.theirs;
  const chosen = chooseChanges(store, base.snapshot, { ...request, theirs }, allocateInode);
  const labels = { ours: "project", theirs: branch };
  const options = { strategy, labels, allocateInode };
  const merged = mergeProject(store, base.snapshot, before.snapshot, chosen, options);
  const left = unsettled(store, merged, strategy);
  const common = withPaths(store, chosen, base.snapshot, left, allocateInode);
  const plan = planned(store, before, merged, common);
  return { base, point, ...plan, conflicts: [...since?.conflicts ?? [], ...plan.conflicts] };
}

/** What both have in common with what the branch changed after some point; null if that is all that it changed. */
function changesSince(
  store: StoreWriter,
  base: Snapshot,
  { since, theirs, strategy, branch }: ApplyRequest,
  allocateInode: () => number,
): MergeResult | null {
  if (since === undefined || sameSnapshot(since, base)) return null;
  return mergeSnapshots(store, since, base, theirs, {
    // Marks in what is common would be no state of either.
    strategy: strategy === "markers" ? "conflict" : strategy,
    labels: { ours: "project", theirs: branch },
    allocateInode,
  });
}

/**
 * The project without what an apply did: merged against what that made of it, with what it was before. What somebody has
 * changed there since is in conflict, and stays.
 */
export function planTakeBack(
  store: StoreWriter,
  history: History,
  project: ProjectHistory,
  { branch, at, apply }: TakeBackRequest,
): ApplyPlan {
  let next = history.nextInode();
  const allocateInode = () => next++;
  const { commit: before } = project.known(null)!;
  const applied = history.commitInfo(apply);
  const snapshotOf = (i: number) => history.commitInfo(applied.parents[i]!).snapshot;
  const [was, commonBefore, commonAfter] = [snapshotOf(0), snapshotOf(2), snapshotOf(3)];
  const merged = mergeProject(store, applied.snapshot, before.snapshot, was, {
    strategy: "conflict",
    labels: { ours: "project", theirs: "before" },
    allocateInode,
  });
  const base = project.base(branch, at);
  const left = unsettled(store, merged, "conflict");
  const wanted = withPaths(store, commonBefore, commonAfter, left, allocateInode);
  // What was common before; other applies and refreshes since then stay in it.
  const common = mergeSnapshots(store, commonAfter, base.snapshot, wanted, {
    strategy: "theirs",
    labels: { ours: "base", theirs: "before" },
    allocateInode,
  });
  return { base, point: at, ...planned(store, before, merged, common.snapshot) };
}

/** Paths that a merge leaves as the project has them. Marks in a text say what both sides have. */
export function unsettled(
  store: StoreWriter,
  { snapshot, conflicts }: MergeResult,
  strategy: MergeStrategy,
): string[] {
  return conflicts.filter(({ path }) =>
    strategy !== "markers" || !hasMarkers(store, snapshot, path)
  ).flatMap(({ path, oursPath, theirsPath }) =>
    [path, oursPath, theirsPath].filter((at) => at !== undefined)
  );
}

function planned(
  store: StoreWriter,
  before: CommitInfo,
  { snapshot: result, conflicts, decided }: MergeResult,
  common: Snapshot,
): Omit<ApplyPlan, "base" | "point"> {
  return {
    before,
    result,
    common,
    conflicts,
    decided,
    counts: countChanges(store, before.snapshot, result),
    changes: listChanges(store, before.snapshot, result),
  };
}
