/**
 * The background thread's part of an apply: what is to be done is recorded, carried out, and looked at afterwards.
 *
 * At any instant one of these holds, so that an apply that is killed is finished or taken back by the next command:
 * - No apply is recorded under `applying`: nothing has begun.
 * - One is, and there is no plan file: it was not begun, or all of it is done. Which, the project tells.
 * - One is, and there is a plan file: it is in the middle.
 *
 * What is common afterwards is decided by what the project has then, path by path, not by what was to be written.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import {
  abortApply,
  type ApplyJob as WriteJob,
  type ApplyOutcome,
  applySnapshot,
  continueApply,
  type PathNote,
  planOf,
  type UnfinishedApply,
} from "../../apply/apply_snapshot.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import { listChanges, type SnapshotChange } from "../../history/diff/diff.ts";
import type { History } from "../../history/history.ts";
import { ProjectHistory } from "../../history/project/project_history.ts";
import { withPaths } from "../../history/project/with_paths.ts";
import { PathSet } from "../../history/snapshots/path_set.ts";
import { lookAtSource } from "../../source/look_at_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { notHeld } from "./not_held.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import {
  type Progress,
  runInSlices,
  type SliceOptions,
  type Work,
} from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

export interface ApplyPlaces {
  /** The project's path. */
  readonly source: string;
  /** Where an apply in progress is recorded. */
  readonly plan: string;
  /** Told how far it is, and null at its end. */
  readonly onProgress?: (progress: Progress | null) => void;
}

/** What an apply is to make of the project. */
export interface PlannedApply {
  readonly branch: string;
  /** The project as it was seen. */
  readonly before: ObjectId;
  readonly result: Snapshot;
  /** The commit that is applied, or at which one is taken back. */
  readonly point: ObjectId;
  /** What is common before, */
  readonly baseBefore: ObjectId;
  /** and after it. */
  readonly common: Snapshot;
  readonly message: string;
  readonly agent: string | null;
  /** `undo`: it takes an apply back. */
  readonly operation: "apply" | "undo";
}

export interface DoneApply {
  /** Null where nothing was changed. */
  readonly commit: CommitInfo | null;
  /** Paths are binary strings. */
  readonly leftAlone: readonly PathNote[];
  /** Paths that were written and lack something. */
  readonly notKept: readonly PathNote[];
}

/** An apply that was interrupted. */
export interface Interrupted {
  readonly commit: CommitInfo;
  readonly writes: number;
  readonly deletions: number;
  /** It was being taken back. */
  readonly isGoingBack: boolean;
}

export class ApplyJob {
  readonly #store: StoreWriter;
  readonly #history: History;
  readonly #project: ProjectHistory;
  readonly #places: ApplyPlaces;
  #isRunning = false;

  constructor(
    store: StoreWriter,
    history: History,
    project: ProjectHistory,
    places: ApplyPlaces,
  ) {
    this.#store = store;
    this.#history = history;
    this.#project = project;
    this.#places = places;
  }

  /** As {@linkcode interrupted}, and changes nothing. */
  unfinished(): Interrupted | null {
    const commit = this.#isRunning ? null : this.#project.kept("applying");
    const unfinished = commit === null ? null : planOf(this.#places.plan);
    return unfinished === null ? null : interruptedBy(commit!, unfinished);
  }

  /** Carries it out. If it is interrupted {@linkcode interrupted} tells. */
  async run(planned: PlannedApply): Promise<DoneApply> {
    const { source: root, plan } = this.#places;
    const begun = this.#project.begin(planned);
    const from = this.#history.commitInfo(planned.before).snapshot;
    const job = {
      store: this.#store,
      root: binaryString(root),
      from,
      to: planned.result,
      plan,
    };
    this.#isRunning = true;
    try {
      return await this.#finish(begun, await this.#write(job));
    } finally {
      this.#isRunning = false;
    }
  }

  async #write(job: WriteJob): Promise<ApplyOutcome> {
    try {
      return await runInSlices(applySnapshot(job), this.#slices());
    } catch (error) {
      // Before the first change there is no plan, and nothing to finish.
      if (planOf(this.#places.plan) === null) this.#project.keep("applying", null);
      throw error;
    } finally {
      this.#places.onProgress?.(null);
    }
  }

  #slices(): SliceOptions {
    const { onProgress } = this.#places;
    return onProgress === undefined ? {} : { onProgress };
  }

  /** The apply that was interrupted; null where there is none, also after one was found to be over. */
  async interrupted(): Promise<Interrupted | null> {
    const { plan } = this.#places;
    const commit = this.#project.kept("applying");
    const unfinished = planOf(plan);
    if (commit === null) {
      // What was recorded of it is lost: it is finished, and the next look sees what the project is.
      if (unfinished !== null) await runInSlices(continueApply(this.#store, plan));
      return null;
    }
    if (unfinished === null) {
      await this.#finish(commit, null);
      return null;
    }
    return interruptedBy(commit, unfinished);
  }

  continue(): Promise<DoneApply> {
    return this.#resume(continueApply);
  }

  abort(): Promise<DoneApply> {
    return this.#resume(abortApply);
  }

  async #resume(
    resume: (store: StoreWriter, plan: string) => Work<ApplyOutcome>,
  ): Promise<DoneApply> {
    const { plan } = this.#places;
    const commit = this.#project.kept("applying")!;
    this.#isRunning = true;
    try {
      return await this.#finish(
        commit,
        await runInSlices(resume(this.#store, plan), this.#slices()),
      );
    } finally {
      this.#places.onProgress?.(null);
      this.#isRunning = false;
    }
  }

  /** What was to be done is done, or was taken back: looks what the project has of it. */
  async #finish(begun: CommitInfo, outcome: ApplyOutcome | null): Promise<DoneApply> {
    const { branch, snapshot: result, parents, agent } = begun;
    const { operation, message } = ProjectHistory.begun(begun);
    const [before, point, baseBefore, common] = parents as [ObjectId, ObjectId, ObjectId, ObjectId];
    const seen = this.#history.commitInfo(before);
    const wanted = listChanges(this.#store, seen.snapshot, result);
    const after = await this.#look(seen, wanted);
    const left = this.#left(wanted, after, result);
    const notKept = outcome?.notKept ?? [];
    const reasons = new Map(outcome?.leftAlone.map(({ path, reason }) => [path, reason]));
    const leftAlone = left.map((path) => ({
      path,
      reason: reasons.get(path) ?? "it was changed meanwhile",
    }));
    if (left.length === wanted.length) {
      this.#project.keep("applying", null);
      return { commit: null, leftAlone, notKept };
    }
    let next = this.#history.nextInode();
    const planned = this.#history.commitInfo(common);
    const allocateInode = () => next++;
    const baseSnapshot = this.#history.commitInfo(baseBefore).snapshot;
    const done = withPaths(this.#store, planned.snapshot, baseSnapshot, left, allocateInode);
    const written = new Set(wanted.map(({ path }) => path));
    for (const path of left) written.delete(path);
    // Else a refresh would take from the branch what the project cannot hold.
    const lacking = notHeld(this.#store, { after, result, common: done }, written);
    const commonAfter = withPaths(this.#store, done, after, lacking, allocateInode);
    const commit = this.#project.record({
      branch,
      before,
      after,
      point,
      baseBefore,
      baseAfter: commonAfter === planned.snapshot
        ? common
        : this.#project.common(branch, commonAfter, baseBefore, message).id,
      message,
      agent,
      operation,
    });
    // Directories that were not looked at again are as they were seen then.
    this.#project.saw(after, seen.time);
    return { commit, leftAlone, notKept };
  }

  /** The project, in the directories that an apply is about. */
  async #look(seen: CommitInfo, wanted: readonly SnapshotChange[]): Promise<Snapshot> {
    const directory = new SourceDirectory(binaryString(this.#places.source));
    try {
      const { snapshot } = await lookAtSource(this.#store, directory, {
        previous: seen.snapshot,
        previousTime: { sec: Math.floor(seen.time / 1000), nsec: 0 },
        only: PathSet.of(wanted.map(({ path }) => path)),
        pause: nextTurn,
      });
      return snapshot;
    } finally {
      directory.close();
    }
  }

  /** Which of the paths that were to be changed are not what they were to become, other than by what cannot be kept. */
  #left(wanted: readonly SnapshotChange[], after: Snapshot, result: Snapshot): string[] {
    const paths = new Set(wanted.map(({ path }) => path));
    return listChanges(this.#store, after, result).filter(({ path, status, details }) =>
      paths.has(path) &&
      (status !== "M" || details.includes("content") || details.includes("target"))
    ).map(({ path }) => path);
  }
}

function interruptedBy(
  commit: CommitInfo,
  { writes, deletions, isGoingBack }: UnfinishedApply,
): Interrupted {
  return { commit, writes, deletions, isGoingBack };
}
