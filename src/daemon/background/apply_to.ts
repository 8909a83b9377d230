/**
 * Applying to another directory than the project.
 *
 * What was applied there last is what both have in common; before that nothing is, so a path that is there and differs is in
 * conflict. One that is killed is not recorded: the same again goes on with it.
 *
 * @module
 */

import { binaryString } from "../../../ffi/binary_string.ts";
import { applySnapshot } from "../../apply/apply_snapshot.ts";
import { countChanges, listChanges } from "../../history/diff/diff.ts";
import type { History } from "../../history/history.ts";
import { emptyBase } from "../../history/merge/merge_snapshots.ts";
import type { MergeStrategy } from "../../history/merge/merge_types.ts";
import { mergeProject } from "../../history/project/merge_project.ts";
import type { ProjectHistory } from "../../history/project/project_history.ts";
import { withPaths } from "../../history/project/with_paths.ts";
import { importSource } from "../../source/import_source.ts";
import { SourceDirectory } from "../../source/read_source.ts";
import { SourceError } from "../../source/source_error.ts";
import { nextTurn } from "../../store/format/next_turn.ts";
import { runInSlices } from "../../store/format/sliced.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { SourcePath } from "../../tree/nodes/source_path.ts";
import type { DoneApply } from "./apply_job.ts";
import { chooseChanges, type ChosenChanges } from "./choose_changes.ts";
import { type ApplyPlan, unsettled } from "./plan_apply.ts";

export interface ApplyToRequest extends ChosenChanges {
  /** Its absolute path. */
  readonly directory: string;
  readonly branch: string;
  readonly strategy: MergeStrategy;
}

export interface ApplyToPlan extends Omit<ApplyPlan, "base" | "point" | "before"> {
  /** What is there; null where there is nothing. */
  readonly before: Snapshot | null;
}

export interface ApplyToWrite extends Pick<ApplyToPlan, "before" | "result" | "common"> {
  readonly directory: string;
  readonly branch: string;
  readonly message: string;
}

/** Puts objects; commits nothing. */
export async function planApplyTo(
  store: StoreWriter,
  history: History,
  project: ProjectHistory,
  request: ApplyToRequest,
): Promise<ApplyToPlan> {
  const { directory, branch, strategy, theirs } = request;
  let next = history.nextInode();
  const allocateInode = () => next++;
  const before = await lookAt(store, directory);
  const nothing = emptyBase(theirs);
  // A directory that was emptied is filled again.
  const applied = before === null ? null : project.kept(`to:${directory}`);
  const base = applied?.snapshot ?? nothing;
  const chosen = chooseChanges(store, base, request, allocateInode);
  const ours = before ?? nothing;
  const labels = { ours: "directory", theirs: branch };
  const merged = mergeProject(store, base, ours, chosen, { strategy, labels, allocateInode });
  const left = unsettled(store, merged, strategy);
  const { snapshot: result, conflicts, decided } = merged;
  return {
    before,
    result,
    common: withPaths(store, chosen, base, left, allocateInode),
    conflicts,
    decided,
    counts: countChanges(store, ours, result),
    changes: listChanges(store, ours, result),
  };
}

export async function applyTo(
  store: StoreWriter,
  history: History,
  project: ProjectHistory,
  { directory, branch, before, result, common, message }: ApplyToWrite,
): Promise<DoneApply> {
  const root = binaryString(directory);
  const known = project.kept(`to:${directory}`);
  // Makes what is read below durable before it is written.
  store.commit();
  const { leftAlone, notKept } = await runInSlices(
    applySnapshot({ store, root, from: before, to: result, plan: null }),
  );
  let next = history.nextInode();
  const base = known?.snapshot ?? emptyBase(common);
  const left = leftAlone.map(({ path }) => path);
  const after = withPaths(store, common, base, left, () => next++);
  const commit = project.common(branch, after, null, message);
  project.keep(`to:${directory}`, commit.id);
  return { commit: null, leftAlone, notKept };
}

/** What is in the directory; null if it is empty or missing. Throws SourceError. */
async function lookAt(store: StoreWriter, directory: string): Promise<Snapshot | null> {
  const source = open(directory);
  if (source === null) return null;
  try {
    const listed = source.list(SourcePath.ROOT);
    if (typeof listed !== "number" && listed.length === 0) return null;
    const { snapshot } = await importSource(store, source, {
      previous: null,
      onProgress: () => {},
      pause: nextTurn,
      commitEvery: 256 * 1024 * 1024,
    });
    return snapshot;
  } finally {
    source.close();
  }
}

function open(directory: string): SourceDirectory | null {
  try {
    return new SourceDirectory(binaryString(directory));
  } catch (error) {
    if (error instanceof SourceError && error.code === "source_missing") return null;
    throw error;
  }
}
