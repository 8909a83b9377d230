/**
 * The background thread's part of refresh and apply: looking at the project, and what it and branches have in common.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import {
  countChanges,
  diffSnapshots,
  listChanges,
  type SnapshotChange,
} from "../../history/diff/diff.ts";
import type { History } from "../../history/history.ts";
import type { MergeStrategy } from "../../history/merge/merge_types.ts";
import type { MergeOutcome, MergeSide } from "../../history/merge/merge_branches.ts";
import { mergeProject } from "../../history/project/merge_project.ts";
import {
  type CommonBase,
  type CommonWithout,
  commonWithout,
} from "../../history/project/common_base.ts";
import { ProjectHistory } from "../../history/project/project_history.ts";
import type { ChangeCounts, CommitInfo } from "../../history/commits/commit.ts";
import { readClock } from "../../host/clock.ts";
import { lookAtSource } from "../../source/look_at_source.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { getMeta } from "../../store/index/meta.ts";
import { chooseChanges, chooseUntouched } from "./choose_changes.ts";
import { type ComparedProject, compareProject } from "./compare_project.ts";
import {
  ApplyJob,
  type ApplyPlaces,
  type DoneApply,
  type Interrupted,
  type PlannedApply,
} from "./apply_job.ts";
import {
  applyTo,
  type ApplyToPlan,
  type ApplyToRequest,
  type ApplyToWrite,
  planApplyTo,
} from "./apply_to.ts";
import {
  type ApplyPlan,
  type ApplyRequest,
  planApply,
  planTakeBack,
  type TakeBackRequest,
} from "./plan_apply.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";

export interface ProjectJobs {
  /** Looks at the project as it is now, and remembers it. Fails with SourceError if it is not there. */
  look: { in: null; out: SeenProject };
  /** What a commit of a branch and the project have in common. */
  commonBase: { in: { branch: string; at: ObjectId }; out: CommonBase };
  /** What would be common if what happened from `before` to `after` were undone; null where that changes nothing. Puts objects. */
  commonWithout: {
    in: { branch: string; before: ObjectId; after: ObjectId; head: ObjectId };
    out: CommonWithout | null;
  };
  /** The commit that says what is common from now on. `before`: what was. */
  common: {
    in: { branch: string; snapshot: Snapshot; before: CommonBase; message: string };
    out: CommitInfo;
  };
  /** How the project is now, compared with what it and a branch have in common; null before there is anything. */
  compareProject: { in: { branch: string; at: ObjectId }; out: ComparedProject | null };
  /** An apply that was interrupted. Null where none was, or one is under way. */
  unfinishedApply: { in: null; out: Interrupted | null };
  /** How the project differs from what is common, and what changed last. */
  movedProject: { in: { from: Snapshot; to: Snapshot }; out: MovedProject };
  /** The project as far as a branch is as the base there; else the base. Puts objects. */
  chooseUntouched: {
    in: { base: Snapshot; branch: Snapshot; project: Snapshot };
    out: Snapshot;
  };
  /** Merges the project into a branch; moves nothing. */
  mergeRefresh: {
    in: RefreshRequest;
    out: MergeOutcome & { listed: readonly SnapshotChange[] };
  };
  /** What a branch has, as far as it would be applied, and what it and the project have in common. As `planApply`. */
  applicable: {
    in: Omit<ApplyRequest, "strategy">;
    out: { base: CommonBase; chosen: Snapshot };
  };
  /** What an apply would do. Puts objects, and commits nothing. */
  planApply: { in: ApplyRequest; out: ApplyPlan };
  /** Carries an apply out. */
  apply: { in: PlannedApply; out: DoneApply };
  /** As `planApply`, for another directory. */
  planApplyTo: { in: ApplyToRequest; out: ApplyToPlan };
  applyTo: { in: ApplyToWrite; out: DoneApply };
  /** What taking an apply back would do to the project as it was seen last. Puts objects, and commits nothing. */
  planTakeBack: { in: TakeBackRequest; out: ApplyPlan };
  /** The apply that was interrupted, if there is one. */
  interruptedApply: { in: null; out: Interrupted | null };
  /** Finishes it, or takes it back. */
  endApply: { in: "continue" | "abort"; out: DoneApply };
}

export interface SeenProject {
  readonly commit: CommitInfo;
  /** Files that were read for it. */
  readonly read: number;
  readonly skipped: readonly SkippedPath[];
  /** Binary strings: files by which git says that it is at work there. */
  readonly locks: readonly string[];
}

export interface MovedProject extends ChangeCounts {
  /** A binary string, and ms since 1970. */
  readonly newest: { readonly path: string; readonly time: number } | null;
}

export interface RefreshRequest {
  readonly into: MergeSide;
  /** The project as it was seen. */
  readonly project: MergeSide;
  readonly base: Snapshot;
  readonly strategy: MergeStrategy;
  /** For files that come from the project. */
  readonly nextInode: number;
  /** List what would change. */
  readonly list?: boolean;
}

type Row<K extends keyof ProjectJobs> = (
  value: ProjectJobs[K]["in"],
) => ProjectJobs[K]["out"] | Promise<ProjectJobs[K]["out"]>;
type ProjectTable = { [K in keyof ProjectJobs]: Row<K> };

/** Those that put objects, which the others of the thread have to wait for. */
export const WRITING_PROJECT_JOBS = [
  "look",
  "commonBase",
  "commonWithout",
  "common",
  "chooseUntouched",
  "mergeRefresh",
  "applicable",
  "planApply",
  "planApplyTo",
  "applyTo",
  "apply",
  "planTakeBack",
  "interruptedApply",
  "endApply",
] as const satisfies readonly (keyof ProjectJobs)[];

export function projectJobs(
  store: StoreWriter,
  history: History,
  places: ApplyPlaces,
): ProjectTable {
  const { source } = places;
  const project = new ProjectHistory(store, history);
  const applying = new ApplyJob(store, history, project, places);
  const storing = async <T>(job: () => Promise<T>) => {
    try {
      return await job();
    } catch (error) {
      store.discard();
      throw error;
    }
  };
  return {
    look: () => storing(() => lookAtProject(store, project, source)),
    commonBase: ({ branch, at }) => project.base(branch, at),
    commonWithout: ({ branch, ...commits }) =>
      store.withReserve(() => commonWithout(store, history, branch, commits)),
    common: ({ branch, snapshot, before, message }) => {
      return store.withReserve(() => {
        const base = before.commit ??
          project.common(branch, before.snapshot, null, "what was common").id;
        return project.common(branch, snapshot, base, message);
      });
    },
    compareProject: ({ branch, at }) =>
      compareProject({ store, history, project, source, branch, at }),
    unfinishedApply: () => applying.unfinished(),
    movedProject: ({ from, to }) => movedProject(store, from, to),
    chooseUntouched: ({ base, branch, project }) => {
      let next = history.nextInode();
      return store.withReserve(() => chooseUntouched(store, base, branch, project, () => next++));
    },
    mergeRefresh: (request) => store.withReserve(() => mergeRefresh(store, request)),
    applicable: ({ branch, point, ...request }) =>
      store.withReserve(() => {
        const base = project.base(branch, point);
        let next = history.nextInode();
        return { base, chosen: chooseChanges(store, base.snapshot, request, () => next++) };
      }),
    planApply: (request) => store.withReserve(() => planApply(store, history, project, request)),
    planApplyTo: (request) => storing(() => planApplyTo(store, history, project, request)),
    applyTo: (request) => storing(() => applyTo(store, history, project, request)),
    apply: (planned) => storing(() => applying.run(planned)),
    planTakeBack: (request) =>
      store.withReserve(() => planTakeBack(store, history, project, request)),
    interruptedApply: () => storing(() => applying.interrupted()),
    endApply: (how) => storing(() => how === "abort" ? applying.abort() : applying.continue()),
  };
}

async function lookAtProject(
  store: StoreWriter,
  project: ProjectHistory,
  source: string,
): Promise<SeenProject> {
  const { commit, began } = project.known(getMeta(store.database, "import_began"))!;
  const now = { sec: 0, nsec: 0 };
  readClock(now);
  const directory = new SourceDirectory(binaryString(source));
  try {
    const { snapshot, read, skipped } = await lookAtSource(store, directory, {
      previous: commit.snapshot,
      previousTime: began === null ? undefined : { sec: Math.floor(began / 1000), nsec: 0 },
      pause: nextTurn,
    });
    // Without anything new an older look tells as much. The import does not say when it began.
    const isSame = snapshot === commit.snapshot && read === 0 && commit.kind === "project";
    const seen = isSame ? commit : project.saw(snapshot, now.sec * 1000);
    return { commit: seen, read, skipped, locks: gitLocks(store, snapshot) };
  } finally {
    directory.close();
  }
}

/** Files at the top of `.git` that git holds while it changes something. */
function gitLocks(store: StoreWriter, { root }: Snapshot): string[] {
  const git = store.lookupTree(root.content, ".git");
  if (git === null || git.linked || git.content === null || git.entries === 0) return [];
  return store.readTree(git.content).map(({ name }) => name)
    .filter((name) => name.endsWith(".lock")).map((name) => `.git/${name}`);
}

function movedProject(store: StoreWriter, from: Snapshot, to: Snapshot): MovedProject {
  let newest: MovedProject["newest"] = null;
  for (const { path, after } of diffSnapshots(store, from, to)) {
    if (after === null) continue;
    const time = after.ctimeSec * 1000 + after.ctimeNsec / 1e6;
    if (newest === null || time >= newest.time) newest = { path, time };
  }
  return { ...countChanges(store, from, to), newest };
}

function mergeRefresh(
  store: StoreWriter,
  request: RefreshRequest,
): ProjectJobs["mergeRefresh"]["out"] {
  const { into, project, base, strategy } = request;
  let { nextInode } = request;
  const merged = mergeProject(store, base, into.snapshot, project.snapshot, {
    strategy,
    labels: { ours: into.label, theirs: project.label },
    allocateInode: () => nextInode++,
  });
  const { conflicts, decided, changes, highestInode } = merged;
  const isMerged = conflicts.length === 0 || strategy === "markers";
  const listed = request.list ? listChanges(store, into.snapshot, merged.snapshot) : [];
  return {
    listed,
    snapshot: isMerged ? merged.snapshot : into.snapshot,
    sources: [{ source: project, merged: isMerged, conflicts, decided, changes }],
    changes: isMerged ? changes : { added: 0, modified: 0, deleted: 0 },
    nextInode: Math.max(nextInode, highestInode + 1),
  };
}
