/**
 * The jobs of the background thread, one row each: everything that hashes, stores or compares.
 *
 * @module
 */

import { buildSnapshot } from "../../history/snapshots/build_snapshot.ts";
import { type DetailedDiff, detailedDiff } from "../../history/diff/detailed_diff.ts";
import { countChanges } from "../../history/diff/diff.ts";
import { type ChangeSize, changeSize } from "../../history/diff/change_size.ts";
import { graftPaths } from "../../history/rollback/graft.ts";
import {
  type BranchState,
  History,
  type MoveBackRequest,
  type NewBranch,
  type NewCommit,
} from "../../history/history.ts";
import type { Change, MovedTo, UndoTarget } from "../../history/undos.ts";
import {
  mergeBranches,
  type MergeOutcome,
  type MergeRequest,
} from "../../history/merge/merge_branches.ts";
import { mergeBase } from "../../history/merge/merge_base.ts";
import { type Choices, chooseSnapshot } from "../../history/review/choose_snapshot.ts";
import { type ReviewItem, reviewItems } from "../../history/review/review_items.ts";
import { mergeProject } from "../../history/project/merge_project.ts";
import type { OperationKind } from "../../history/commits/operation_log.ts";
import { hasMarkers } from "../../history/merge/has_markers.ts";
import type { MergeInProgress } from "../../history/refs/branch_table.ts";
import type { ThreadMemory } from "../../control/service/daemon.ts";
import type { StoreStatsReport, VerifyReport } from "../../control/service/store.ts";
import type { ChangeCounts } from "../../history/commits/commit.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import type { Hasher } from "../../store/format/hasher.ts";
import type { SourceIdentity } from "../../source/source_identity.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { Reference } from "../../store/objects/references.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import type { Progress } from "../../store/format/sliced.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { putMeta } from "../../store/index/meta.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import { journalPath } from "../../store/files/store_paths.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import type { BuiltSlot } from "../../tree/capture/capture.ts";
import { Captures } from "./captures.ts";
import { collectGarbage } from "../threads/collect_garbage.ts";
import { type GarbageJobs, garbageJobs } from "./garbage_jobs.ts";
import { importDone, importProject } from "./import_job.ts";
import { JournalReader } from "./journal_reader.ts";
import { type NotificationJobs, notificationJobs } from "./notification_jobs.ts";
import { type ProjectJobs, projectJobs, WRITING_PROJECT_JOBS } from "./project_jobs.ts";
import { statsTask } from "./stats_task.ts";
import { makeIndexes } from "../../telemetry/log/log_parts.ts";
import { threadMemory } from "../threads/thread_memory.ts";
import { mountpointsAmong, type TreePlace, withoutMountpoints } from "./without_mountpoints.ts";
import { verifyTask } from "./verify_task.ts";
import type {
  BackgroundStart,
  BranchPosition,
  CommitInfo,
  SaveCommit,
} from "../threads/messages.ts";

export interface ImportCounts {
  readonly files: number;
  readonly directories: number;
  readonly bytes: number;
}

/** Job name → parameter and result. */
export interface BackgroundJobs extends GarbageJobs, ProjectJobs, NotificationJobs {
  branch: { in: string; out: BranchState | null };
  branches: { in: null; out: BranchState[] };
  /** Checkpoints that one branch has and the other has not, safety ones left out. */
  aheadBehind: { in: { name: string; parent: string }; out: { ahead: number; behind: number } };
  /** Above every inode number that a commit may have. */
  nextInode: { in: null; out: number };
  createBranch: { in: NewBranch; out: BranchState };
  deleteBranch: { in: string; out: null };
  renameBranch: { in: { from: string; to: string }; out: null };
  hashBackend: { in: null; out: "native" | "wasm" };
  import: {
    in: BranchPosition & { label: string };
    out: { commit: CommitInfo; skipped: SkippedPath[]; identity: SourceIdentity } & ImportCounts;
  };
  /** The newest import. */
  importCommit: { in: null; out: CommitInfo | null };
  /**
   * Stores a capture (or, with null, takes the branch's snapshot as it is) and moves the branch: to a
   * commit if there is one, else only its snapshot.
   */
  save: {
    in: BranchPosition & { capture: number | null; commit: SaveCommit | null };
    out: { snapshot: Snapshot; slots: BuiltSlot[]; commit: CommitInfo | null };
  };
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
  /** Merges into a snapshot; moves nothing. */
  merge: { in: MergeRequest; out: MergeOutcome };
  /** The best common ancestor of two lists of commits. */
  mergeBase: { in: { ours: ObjectId[]; theirs: ObjectId[] }; out: CommitInfo | null };
  /** What differs, as things that can be taken one by one. */
  reviewItems: { in: { from: Snapshot; to: Snapshot }; out: readonly ReviewItem[] };
  /** A snapshot of what was taken of them; moves nothing. */
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
  /** Forgets what was put and not committed. */
  discard: { in: null; out: null };
  /** Moves the branch's snapshot, not its head: a merge begins that has to be settled. */
  beginMerge: { in: BranchPosition & { snapshot: Snapshot; merge: MergeInProgress }; out: null };
  /** Which of these paths (binary strings) hold conflict markers in a snapshot. */
  markedPaths: { in: { snapshot: Snapshot; paths: readonly string[] }; out: string[] };
  /** Moves the branch to a new commit of `snapshot`. */
  saveSnapshot: {
    in: BranchPosition & { snapshot: Snapshot; commit: SaveCommit };
    out: CommitInfo;
  };
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
    };
    out: DetailedDiff;
  };
  count: { in: { from: Snapshot | null; to: Snapshot | null }; out: ChangeCounts };
  changeSize: {
    in: { from: Snapshot; to: Snapshot; paths?: readonly string[] };
    out: ChangeSize;
  };
  verify: { in: { repair: boolean }; out: VerifyReport };
  memory: { in: { collect: boolean }; out: ThreadMemory };
  /** `live`: what the working trees need. */
  storeStats: { in: readonly Reference[]; out: StoreStatsReport };
  undoTarget: { in: { branch: string; count?: number }; out: UndoTarget };
  redoTarget: { in: string; out: UndoTarget };
  /** What a commit or an operation did. */
  change: { in: { branch: string; ref: string }; out: Change };
  /** Makes the indexes that this log of events lacks. */
  indexEvents: { in: string; out: null };
  /** Nobody has asked for a job that writes for a moment. */
  tidy: { in: null; out: null };
  close: { in: null; out: null };
}

type Row<K extends keyof BackgroundJobs> = (
  value: BackgroundJobs[K]["in"],
) => BackgroundJobs[K]["out"] | Promise<BackgroundJobs[K]["out"]>;

export type BackgroundTable = { [K in keyof BackgroundJobs]: Row<K> };

/** Jobs that put objects run one at a time; those that only read run at once. */
export const WRITING_JOBS: ReadonlySet<keyof BackgroundJobs> = new Set(
  [
    "import",
    "save",
    "moveTo",
    "moveBack",
    "graft",
    "merge",
    "choose",
    "record",
    "standOn",
    "discard",
    "beginMerge",
    "saveSnapshot",
    "createBranch",
    "deleteBranch",
    "renameBranch",
    ...WRITING_PROJECT_JOBS,
    "gcBegin",
    "gcStep",
    "gcEnd",
    "tidy",
    "close",
  ] as const,
);

export function backgroundJobs(
  start: BackgroundStart,
  hasher: Hasher,
  onProgress: (counts: ImportCounts) => void,
  onTask: (name: string, progress: Progress | null) => void,
): BackgroundTable {
  const store = StoreWriter.create(start.store, hasher);
  const history = new History(store);
  const captures = new Captures(start.captures);

  function placeOf(branch: string): TreePlace {
    const isMain = history.branch(branch)?.number === 0;
    return { mount: start.mount, tree: isMain ? "" : `${VIRTUAL_NAME}/branches/${branch}` };
  }

  /** Runs a job that puts objects: what it put is forgotten if it fails. */
  function storing<T>(job: () => T): T {
    return store.withReserve(job);
  }

  return {
    branch: (name) => history.branch(name),
    branches: () => history.branches(),
    aheadBehind: ({ name, parent }) => history.aheadBehind(name, parent),
    nextInode: () => history.nextInode(),
    createBranch: (branch) => storing(() => history.createBranch(branch)),
    deleteBranch: (name) => {
      storing(() => history.deleteBranch(name));
      return null;
    },
    renameBranch: ({ from, to }) => {
      storing(() => history.renameBranch(from, to));
      return null;
    },
    hashBackend: () => hasher.backend,
    import: async ({ branch, segment, nextInode, label }) => {
      try {
        const began = Date.now();
        const { snapshot, ...report } = await importProject({
          store,
          source: start.source,
          onProgress,
        });
        const commit = history.save({
          branch,
          snapshot,
          segment,
          nextInode,
          commit: { label, message: "", kind: "import", agent: null },
        })!;
        store.commit((database) => putMeta(database, "import_began", began));
        importDone(store);
        return { commit, ...report };
      } catch (error) {
        store.discard();
        throw error;
      } finally {
        setTimeout(collectGarbage, 0);
      }
    },
    save: async ({ branch, segment, nextInode, capture, commit }) => {
      const taken = capture === null ? null : await captures.take(capture);
      return storing(() => {
        const { number, merge, snapshot: stored } = history.branch(branch)!;
        const journal = new JournalReader(journalPath(start.store, number));
        try {
          const built = taken === null
            ? { snapshot: stored, slots: [] }
            : buildSnapshot(store, taken, (...where) => journal.read(...where));
          const { snapshot, slots } = built;
          const before = history.headSnapshot(branch);
          const byItself = commit?.onlyIfChanged === true;
          const committed = commit?.kind === "checkpoint"
            ? withoutMountpoints(store, before, snapshot, placeOf(branch), byItself)
            : snapshot;
          // Work on a merge that is to be settled is the merge's commit.
          const isWanted = !commit?.onlyIfChanged ||
            merge === null && history.differs(branch, committed);
          const saved = history.save({
            branch,
            snapshot,
            committed,
            segment,
            nextInode,
            ...(commit === null || !isWanted ? {} : { commit, ...operationOf(commit) }),
          });
          return { snapshot, slots, commit: saved };
        } finally {
          journal.close();
        }
      });
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
    mergeBase: ({ ours, theirs }) => mergeBase(history, ours, theirs),
    reviewItems: ({ from, to }) => reviewItems(store, from, to).items,
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
    markedPaths: ({ snapshot, paths }) => paths.filter((path) => hasMarkers(store, snapshot, path)),
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
    diff: ({ from, to, renames = false, lines = false, working, ...options }) =>
      detailedDiff(store, from, to, {
        ...options,
        renames,
        lines,
        ...(working === undefined ? {} : {
          without: (changes) => mountpointsAmong(changes, placeOf(working)),
        }),
      }),
    count: ({ from, to }) => countChanges(store, from, to),
    changeSize: ({ from, to, paths }) => changeSize(store, from, to, paths),
    verify: ({ repair }) =>
      verifyTask(store, { live: true, ...(repair ? { repair: store } : {}) }, onTask),
    memory: ({ collect }) => threadMemory(collect, store.counts),
    storeStats: (live) => statsTask(store, live, onTask),
    indexEvents: async (directory) => {
      for (const _ of makeIndexes(directory)) await nextTurn();
      return null;
    },
    ...garbageJobs(store, history, onTask),
    undoTarget: ({ branch, count }) => history.undos.target(branch, count),
    change: ({ branch, ref }) => history.undos.change(branch, ref),
    ...projectJobs(store, history, {
      source: start.source,
      plan: `${start.store}/applying.json`,
      onProgress: (progress) => onTask("apply", progress),
    }),
    redoTarget: (branch) => history.undos.redoTarget(branch),
    ...notificationJobs(start),
    tidy: () => {
      store.tidy();
      return null;
    },
    close: () => {
      store.close();
      return null;
    },
  };
}

function operationOf({ operation }: SaveCommit): { operation?: SaveCommit["operation"] & object } {
  return operation === undefined ? {} : { operation };
}
