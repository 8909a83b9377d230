/**
 * What the background thread is asked about branches, commits and what differs between them. Nothing is changed.
 *
 * @module
 */

import { type DetailedDiff, detailedDiff } from "../../history/diff/detailed_diff.ts";
import { countChanges } from "../../history/diff/diff.ts";
import { type ChangeSize, changeSize } from "../../history/diff/change_size.ts";
import type { BranchState, History } from "../../history/history.ts";
import type { Change, MovedTo, UndoTarget } from "../../history/undos.ts";
import { mergeBase } from "../../history/merge/merge_base.ts";
import { type ReviewItem, reviewItems } from "../../history/review/review_items.ts";
import { hasMarkers } from "../../history/merge/has_markers.ts";
import type { ChangeCounts } from "../../history/commits/commit.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { mountpointsAmong, type TreePlace } from "./without_mountpoints.ts";
import type { CommitInfo } from "../threads/messages.ts";

export interface QuestionJobs {
  branch: { in: string; out: BranchState | null };
  branches: { in: null; out: BranchState[] };
  /** Checkpoints that one branch has and the other has not, safety ones left out. */
  aheadBehind: { in: { name: string; parent: string }; out: { ahead: number; behind: number } };
  /** Above every inode number that a commit may have. */
  nextInode: { in: null; out: number };
  /** The newest import. */
  importCommit: { in: null; out: CommitInfo | null };
  resolve: { in: { branch: string; ref: string }; out: CommitInfo };
  /** As `resolve`, also for a commit whose contents are gone. */
  describe: { in: { branch: string; ref: string }; out: CommitInfo };
  commitInfo: { in: ObjectId; out: CommitInfo };
  log: {
    in: { branch: string; limit?: number; all?: boolean; session?: string };
    out: { commits: CommitInfo[]; moves: MovedTo[] };
  };
  diff: {
    in: {
      from: Snapshot | null;
      to: Snapshot | null;
      paths?: string[];
      patch: boolean;
      renames?: boolean;
      lines?: boolean;
      /** `to` is the working tree of this branch: what a sandbox mounts on is left out. */
      working?: string;
      /** So is what has the name of such a thing, and is empty. */
      byName?: boolean;
    };
    out: DetailedDiff;
  };
  count: { in: { from: Snapshot | null; to: Snapshot | null }; out: ChangeCounts };
  changeSize: {
    in: { from: Snapshot; to: Snapshot; paths?: readonly string[] };
    out: ChangeSize;
  };
  /** The best common ancestor of two lists of commits. */
  mergeBase: { in: { ours: ObjectId[]; theirs: ObjectId[] }; out: CommitInfo | null };
  /** What differs, as things that can be taken one by one. */
  reviewItems: { in: { from: Snapshot; to: Snapshot }; out: readonly ReviewItem[] };
  /** Which of these paths (binary strings) hold conflict markers in a snapshot. */
  markedPaths: { in: { snapshot: Snapshot; paths: readonly string[] }; out: string[] };
  undoTarget: { in: { branch: string; count?: number }; out: UndoTarget };
  redoTarget: { in: string; out: UndoTarget };
  /** What a commit or an operation did. */
  change: { in: { branch: string; ref: string }; out: Change };
}

type Table = {
  [K in keyof QuestionJobs]: (value: QuestionJobs[K]["in"]) => QuestionJobs[K]["out"];
};

export function questionJobs(
  store: StoreWriter,
  history: History,
  placeOf: (branch: string) => TreePlace,
): Table {
  return {
    branch: (name) => history.branch(name),
    branches: () => history.branches(),
    aheadBehind: ({ name, parent }) => history.aheadBehind(name, parent),
    nextInode: () => history.nextInode(),
    importCommit: () => history.importCommit(),
    resolve: ({ branch, ref }) => history.resolve(branch, ref),
    describe: ({ branch, ref }) => history.describe(branch, ref),
    commitInfo: (id) => history.commitInfo(id),
    log: ({ branch, ...options }) => {
      const commits = history.log(branch, options);
      const { limit = Infinity } = options;
      // Nobody's session moved the branch.
      if (options.session !== undefined) return { commits, moves: [] };
      const since = commits.length < limit ? 0 : commits.at(-1)!.time;
      return { commits, moves: history.undos.moves(branch, { since, limit }) };
    },
    diff: ({ from, to, renames = false, lines = false, working, byName, ...options }) =>
      detailedDiff(store, from, to, {
        ...options,
        renames,
        lines,
        ...(working === undefined ? {} : {
          without: (changes) => mountpointsAmong(changes, placeOf(working), byName),
        }),
      }),
    count: ({ from, to }) => countChanges(store, from, to),
    changeSize: ({ from, to, paths }) => changeSize(store, from, to, paths),
    mergeBase: ({ ours, theirs }) => mergeBase(history, ours, theirs),
    reviewItems: ({ from, to }) => reviewItems(store, from, to).items,
    markedPaths: ({ snapshot, paths }) => paths.filter((path) => hasMarkers(store, snapshot, path)),
    undoTarget: ({ branch, count }) => history.undos.target(branch, count),
    redoTarget: (branch) => history.undos.redoTarget(branch),
    change: ({ branch, ref }) => history.undos.change(branch, ref),
  };
}
