/**
 * The jobs of the background thread, one row each: everything that hashes, stores or compares.
 *
 * @module
 */

import { buildSnapshot } from "../../history/snapshots/build_snapshot.ts";
import { History } from "../../history/history.ts";
import type { ThreadMemory } from "../../control/service/daemon.ts";
import type { StoreStatsReport, VerifyReport } from "../../control/service/store.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import type { Hasher } from "../../store/format/hasher.ts";
import type { SourceIdentity } from "../../source/source_identity.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { Reference } from "../../store/objects/references.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import type { Progress } from "../../store/format/sliced.ts";
import { putMeta } from "../../store/index/meta.ts";
import { VIRTUAL_NAME } from "../../mount/virtual/virtual_nodes.ts";
import { journalPath } from "../../store/files/store_paths.ts";
import { StoreWriter } from "../../store/store_writer.ts";
import type { BuiltSlot } from "../../tree/capture/capture.ts";
import { Captures } from "./captures.ts";
import { collectGarbage } from "../threads/collect_garbage.ts";
import { type GarbageJobs, garbageJobs } from "./garbage_jobs.ts";
import { importDone, importProject } from "./import_job.ts";
import { JournalReader, syncSegment } from "./journal_reader.ts";
import { type NotificationJobs, notificationJobs } from "./notification_jobs.ts";
import { type ProjectJobs, projectJobs, WRITING_PROJECT_JOBS } from "./project_jobs.ts";
import { type MoveJobs, moveJobs, operationOf, WRITING_MOVE_JOBS } from "./move_jobs.ts";
import { type QuestionJobs, questionJobs } from "./question_jobs.ts";
import { statsTask } from "./stats_task.ts";
import { makeIndexes } from "../../telemetry/log/log_parts.ts";
import { threadMemory } from "../threads/thread_memory.ts";
import { type TreePlace, withoutMountpoints } from "./without_mountpoints.ts";
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
export interface BackgroundJobs
  extends GarbageJobs, MoveJobs, NotificationJobs, ProjectJobs, QuestionJobs {
  hashBackend: { in: null; out: "native" | "wasm" };
  import: {
    in: BranchPosition & { label: string };
    out: { commit: CommitInfo; skipped: SkippedPath[]; identity: SourceIdentity } & ImportCounts;
  };
  /**
   * Stores a capture (or, with null, takes the branch's snapshot as it is) and moves the branch: to a
   * commit if there is one, else only its snapshot.
   */
  save: {
    in: BranchPosition & {
      capture: number | null;
      commit: SaveCommit | null;
      /** The journal's next segment tells of what had happened before the capture, and may have been synced then. */
      isBefore?: boolean;
    };
    out: { snapshot: Snapshot; slots: BuiltSlot[]; commit: CommitInfo | null };
  };
  verify: { in: { repair: boolean }; out: VerifyReport };
  memory: { in: { collect: boolean }; out: ThreadMemory };
  /** `live`: what the working trees need. */
  storeStats: { in: readonly Reference[]; out: StoreStatsReport };
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
    ...WRITING_MOVE_JOBS,
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
    save: async ({ branch, segment, nextInode, capture, commit, isBefore = false }) => {
      const taken = capture === null ? null : await captures.take(capture);
      return storing(() => {
        const { number, merge, snapshot: stored } = history.branch(branch)!;
        const journal = new JournalReader(journalPath(start.store, number));
        if (isBefore) syncSegment(journal.directory, segment);
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
    verify: ({ repair }) =>
      verifyTask(store, { live: true, ...(repair ? { repair: store } : {}) }, onTask),
    memory: ({ collect }) => threadMemory(collect, store.counts),
    storeStats: (live) => statsTask(store, live, onTask),
    indexEvents: async (directory) => {
      for (const _ of makeIndexes(directory)) await nextTurn();
      return null;
    },
    ...moveJobs(store, history),
    ...questionJobs(store, history, placeOf),
    ...garbageJobs(store, history, onTask),
    ...projectJobs(store, history, {
      source: start.source,
      plan: `${start.store}/applying.json`,
      onProgress: (progress) => onTask("apply", progress),
    }),
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
