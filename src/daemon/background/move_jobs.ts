/**
 * The background thread's part of moving branches: each of these jobs puts objects, or makes a branch stand elsewhere.
 *
 * @module
 */

import { graftPaths } from "../../history/rollback/graft.ts";
import type {
  BranchState,
  History,
  MoveBackRequest,
  NewBranch,
  NewCommit,
} from "../../history/history.ts";
import {
  mergeBranches,
  type MergeOutcome,
  type MergeRequest,
} from "../../history/merge/merge_branches.ts";
import { type Choices, chooseSnapshot } from "../../history/review/choose_snapshot.ts";
import { mergeProject } from "../../history/project/merge_project.ts";
import type { OperationKind } from "../../history/commits/operation_log.ts";
import type { MergeInProgress } from "../../history/refs/branch_table.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { BranchPosition, CommitInfo, SaveCommit } from "../threads/messages.ts";

export interface MoveJobs {
  createBranch: { in: NewBranch; out: BranchState };
  deleteBranch: { in: string; out: null };
  renameBranch: { in: { from: string; to: string }; out: null };
  moveTo: {
    in: BranchPosition & {
      commit: ObjectId;
      operation: { kind: OperationKind; from: ObjectId };
      through?: readonly ObjectId[];
    };
    out: CommitInfo;
  };
  /** Makes a branch what it was before a move that could not be shown. */
  moveBack: { in: MoveBackRequest; out: null };
  /** Makes a commit of the branch's snapshot with paths as they are in another; moves nothing. */
  graft: {
    in: { into: Snapshot; from: Snapshot; paths: string[]; nextInode: number };
    out: { snapshot: Snapshot; nextInode: number };
  };
  /** A snapshot with what was taken of a review's items; moves nothing. */
  choose: {
    in: { from: Snapshot; to: Snapshot; choices: Choices | "all"; nextInode: number };
    out: { snapshot: Snapshot; nextInode: number };
  };
  /** Makes a commit on which no branch stands. */
  record: {
    in: { branch: string; snapshot: Snapshot; message: string; parents: ObjectId[] };
    out: CommitInfo;
  };
  /** Makes a branch stand on a new commit that is not its working tree's. */
  standOn: {
    in: {
      branch: string;
      snapshot: Snapshot;
      commit: NewCommit & { readonly parents: readonly ObjectId[] };
      nextInode: number;
    };
    out: CommitInfo;
  };
  /** Merges into a snapshot; moves nothing. */
  merge: { in: MergeRequest; out: MergeOutcome };
  /** Forgets what was put and not committed. */
  discard: { in: null; out: null };
  /** Moves the branch's snapshot, not its head: a merge begins that has to be settled. */
  beginMerge: { in: BranchPosition & { snapshot: Snapshot; merge: MergeInProgress }; out: null };
  /** Moves the branch to a new commit of `snapshot`. */
  saveSnapshot: {
    in: BranchPosition & { snapshot: Snapshot; commit: SaveCommit };
    out: CommitInfo;
  };
}

type Table = { [K in keyof MoveJobs]: (value: MoveJobs[K]["in"]) => MoveJobs[K]["out"] };

/** All of them put objects, which the others of the thread have to wait for. */
export const WRITING_MOVE_JOBS = [
  "createBranch",
  "deleteBranch",
  "renameBranch",
  "moveTo",
  "moveBack",
  "graft",
  "choose",
  "record",
  "standOn",
  "merge",
  "discard",
  "beginMerge",
  "saveSnapshot",
] as const satisfies readonly (keyof MoveJobs)[];

export function moveJobs(store: StoreWriter, history: History): Table {
  /** What a job put is forgotten if it fails. */
  const storing = <T>(job: () => T) => store.withReserve(job);

  return {
    createBranch: (branch) => storing(() => history.createBranch(branch)),
    deleteBranch: (name) => {
      storing(() => history.deleteBranch(name));
      return null;
    },
    renameBranch: ({ from, to }) => {
      storing(() => history.renameBranch(from, to));
      return null;
    },
    moveTo: (move) => storing(() => history.moveTo(move)),
    moveBack: (request) => {
      storing(() => history.moveBack(request));
      return null;
    },
    graft: ({ into, from, paths, nextInode }) =>
      storing(() => {
        let next = nextInode;
        const allocateInode = () => next++;
        const snapshot = graftPaths(store, into, from, paths, { allocateInode });
        return { snapshot, nextInode: next };
      }),
    choose: ({ from, to, choices, nextInode }) =>
      storing(() => {
        if (choices === "all") return { snapshot: to, nextInode };
        let next = nextInode;
        const allocateInode = () => next++;
        const snapshot = chooseSnapshot(store, from, to, choices, { allocateInode });
        return { snapshot, nextInode: next };
      }),
    record: ({ branch, snapshot, message, parents }) =>
      storing(() =>
        history.record(branch, snapshot, {
          label: "",
          message,
          kind: "safety",
          agent: null,
          parents,
        })
      ),
    standOn: ({ branch, snapshot, commit, nextInode }) =>
      storing(() => history.standOn(branch, snapshot, commit, nextInode)),
    merge: (request) => storing(() => mergeBranches(store, history, request, mergeProject)),
    discard: () => {
      store.discard();
      return null;
    },
    beginMerge: (request) => {
      storing(() => history.save(request));
      return null;
    },
    saveSnapshot: ({ branch, segment, nextInode, snapshot, commit }) =>
      storing(() =>
        history.save({
          branch,
          segment,
          nextInode,
          snapshot,
          commit,
          ...operationOf(commit),
        })!
      ),
  };
}

/** What a commit says of the operation, where it says something. */
export function operationOf(
  { operation }: SaveCommit,
): { operation?: SaveCommit["operation"] & object } {
  return operation === undefined ? {} : { operation };
}
