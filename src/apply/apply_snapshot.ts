/**
 * Makes a real directory what a snapshot is, where it differs from another one: safely, and so that it can be finished or
 * taken back when it was killed.
 *
 * What comes in: two snapshots whose objects are in the store, and the directory, which is as the first. What goes out: the
 * directory, as the second. What is promised on the way: docs/apply.md.
 *
 * `from` says what was seen there, its inodes, times and sizes included. A path that is not that any more is left alone, and
 * named. A path that does not differ is never touched.
 *
 * @module
 */

import { displayString } from "../../ffi/binary_string.ts";
import { isFailure } from "../host/failure.ts";
import { birthTime } from "../host/files.ts";
import { shownInode } from "../source/inode_number.ts";
import { isReplaced, type SourceIdentity } from "../source/source_identity.ts";
import type { Work } from "../store/format/sliced.ts";
import type { Store } from "../store/store.ts";
import type { Snapshot } from "../store/trees/entry.ts";
import { SourcePath } from "../tree/nodes/source_path.ts";
import type { ApplyContext } from "./apply_context.ts";
import { ApplyError, callFailed } from "./apply_error.ts";
import { type ApplyPlan, readPlan, removePlan, writePlan } from "./apply_plan.ts";
import { type ApplyOutcome, ApplyReport } from "./apply_report.ts";
import { checkBefore } from "./check_before.ts";
import { newApplyId } from "./draft_names.ts";
import { findSteps } from "./find_steps.ts";
import { PROJECT_CALLS, type ProjectCalls } from "./project_calls.ts";
import { ProjectRoot } from "./project_root.ts";
import { runSteps, settleSteps } from "./run_steps.ts";
import type { Steps } from "./steps.ts";

export { ApplyError, type ApplyErrorCode } from "./apply_error.ts";
export type { ApplyOutcome, PathNote } from "./apply_report.ts";

export interface ApplyJob {
  /** Where contents are read from. */
  readonly store: Store;
  /** The directory's absolute path, a binary string. */
  readonly root: string;
  /**
   * What was seen there: its records carry the inode, size, mode and times of that look. Null for a directory that is empty,
   * or is to be made.
   */
  readonly from: Snapshot | null;
  readonly to: Snapshot;
  /** Only these paths and what is below them (binary strings); everything if it is not given. Nothing else is touched. */
  readonly only?: readonly string[];
  /**
   * Path of the file in which the apply is recorded from before its first change until after its last. Null where nobody is to
   * finish it or take it back. As long as there is one, the objects of both snapshots have to be kept in the store.
   */
  readonly plan: string | null;
}

/** An apply that was interrupted. */
export interface UnfinishedApply {
  /** Binary string. */
  readonly root: string;
  readonly from: Snapshot | null;
  readonly to: Snapshot;
  readonly only: readonly string[] | null;
  /** True if it was being taken back: then it can only be taken back. */
  readonly isGoingBack: boolean;
  /** Paths that it was to write and to delete. */
  readonly writes: number;
  readonly deletions: number;
}

/**
 * Applies, with a pause after each path or mebibyte.
 *
 * Throws {@linkcode ApplyError}: before the first change, and then there is no plan; or in the middle, and then there is one,
 * for {@linkcode continueApply} or {@linkcode abortApply}. `apply_unfinished` if there is one already.
 */
export function* applySnapshot(
  job: ApplyJob,
  calls: ProjectCalls = PROJECT_CALLS,
): Work<ApplyOutcome> {
  const { store, from, to, only, plan } = job;
  if (plan !== null && readPlan(plan) !== null) {
    throw new ApplyError(
      "apply_unfinished",
      "Another apply was interrupted. Finish it or take it back",
    );
  }
  const isRootMade = from === null && makeRoot(job.root, calls);
  const root = new ProjectRoot(job.root, calls);
  try {
    checkRoot(job, root);
    const steps = yield* findSteps(store, from, to, only);
    yield* checkBefore(store, root, steps);
    const id = newApplyId();
    if (plan !== null) {
      writePlan(plan, {
        version: 1,
        id,
        root: job.root,
        identity: identityOf(root),
        isRootMade,
        from,
        to,
        only: only ?? null,
        direction: "forth",
        ...countSteps(steps),
      }, calls.plan);
    }
    const context = newContext(store, calls, root, { id, isRootMade }, false);
    yield* runSteps(context, steps);
    if (plan !== null) removePlan(plan, calls.plan);
    return context.report.outcome();
  } finally {
    root.close();
  }
}

/** The apply that was interrupted and recorded there, null if there is none. Throws `plan_damaged`. */
export function planOf(plan: string): UnfinishedApply | null {
  const found = readPlan(plan);
  if (found === null) return null;
  const { root, from, to, only, writes, deletions, direction } = found;
  return { root, from, to, only, writes, deletions, isGoingBack: direction === "back" };
}

/**
 * Finishes the apply that is recorded there: what is not done yet is done. Paths that somebody changed since are left alone.
 *
 * Throws as {@linkcode applySnapshot} does in the middle, and `root_replaced` where another directory is at its path now.
 */
export function* continueApply(
  store: Store,
  plan: string,
  calls: ProjectCalls = PROJECT_CALLS,
): Work<ApplyOutcome> {
  const found = unfinished(plan);
  if (found.direction === "back") return yield* abortApply(store, plan, calls);
  return yield* resume(store, plan, found, found.from, found.to, calls);
}

/**
 * Takes the apply that is recorded there back: what it did is undone. Paths that somebody changed since are left alone.
 *
 * What comes back is as it was but for its inode number and change time. Throws as {@linkcode continueApply}.
 */
export function* abortApply(
  store: Store,
  plan: string,
  calls: ProjectCalls = PROJECT_CALLS,
): Work<ApplyOutcome> {
  const found = unfinished(plan);
  const back: ApplyPlan = { ...found, direction: "back" };
  if (found.direction === "forth") writePlan(plan, back, calls.plan);
  return yield* resume(store, plan, back, found.to, found.from ?? emptied(found.to), calls);
}

function* resume(
  store: Store,
  plan: string,
  found: ApplyPlan,
  from: Snapshot | null,
  to: Snapshot,
  calls: ProjectCalls,
): Work<ApplyOutcome> {
  const root = new ProjectRoot(found.root, calls);
  try {
    if (isReplaced(found.identity, identityOf(root))) throw rootReplaced(found.root);
    const steps = yield* findSteps(store, from, to, found.only ?? undefined);
    const context = newContext(store, calls, root, found, true);
    yield* settleSteps(context, steps);
    yield* runSteps(context, steps);
    removePlan(plan, calls.plan);
    return context.report.outcome();
  } finally {
    root.close();
  }
}

function unfinished(plan: string): ApplyPlan {
  const found = readPlan(plan);
  if (found !== null) return found;
  throw new ApplyError("no_unfinished_apply", "No apply was interrupted here");
}

function newContext(
  store: Store,
  calls: ProjectCalls,
  root: ProjectRoot,
  { id, isRootMade }: Pick<ApplyPlan, "id" | "isRootMade">,
  isResumed: boolean,
): ApplyContext {
  const report = new ApplyReport();
  return { store, calls, root, id, isRootMade, isResumed, touched: new Set(), report };
}

/** Nothing in it, its root as it is. */
function emptied(snapshot: Snapshot): Snapshot {
  return { root: { ...snapshot.root, content: null, size: 0, entries: 0, nlink: 2 }, links: null };
}

/** Returns false if there is something already. */
function makeRoot(root: string, calls: ProjectCalls): boolean {
  // The path is absolute: it is below no descriptor.
  const result = calls.mkdir(-1, root, 0o700);
  if (isFailure(result, "EEXIST")) return false;
  if (result < 0) throw callFailed("make the directory", root, result);
  return true;
}

function checkRoot({ from, root: path }: ApplyJob, root: ProjectRoot): void {
  if (from === null) return;
  const { stat } = root;
  if (shownInode(stat, stat.devMajor, stat.devMinor) !== from.root.ino) throw rootReplaced(path);
}

function rootReplaced(path: string): ApplyError {
  return new ApplyError("root_replaced", `${displayString(path)} is another directory now`);
}

function identityOf(root: ProjectRoot): SourceIdentity {
  const { devMajor, devMinor, inoHigh, inoLow } = root.stat;
  return {
    device: `${devMajor}:${devMinor}`,
    inode: String(BigInt(inoHigh) * 2n ** 32n + BigInt(inoLow)),
    birth: birthTime(root.directory(SourcePath.ROOT)),
  };
}

function countSteps(steps: Steps): { writes: number; deletions: number } {
  const { made, writes, links, attributes, writesOverDirectories, linksOverDirectories } = steps;
  const written = [made, writes, links, attributes, writesOverDirectories, linksOverDirectories];
  return {
    writes: written.reduce((sum, list) => sum + list.length, 0),
    deletions: steps.deletions.length,
  };
}
