/**
 * Undo of one thing: what it changed is taken out of the working tree, and what came after it stays.
 *
 * That is a merge of the state before it, compared with the state after it. A rollback that has to be taken back because of
 * what came before is another thing: it goes to a whole state.
 *
 * @module
 */

import type { UndoReport } from "../../control/service/history.ts";
import type { MergeStrategy } from "../../control/service/merge.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { Change } from "../../history/undos.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import { changeReport, conflictReport, elapsed, nullIfEmpty } from "../threads/reports.ts";
import type { Branch } from "./branch.ts";
import { conflictCount, mergeState } from "./merge_state.ts";
import { type MergePlan, Merger } from "./merger.ts";
import { type GuardOptions, guardSize } from "./size_guard.ts";

export interface UndoOptions extends GuardOptions {
  readonly strategy?: MergeStrategy;
  readonly dryRun?: boolean;
  readonly touch?: boolean;
}

/** Throws ServiceError `undo_conflicts` and `merge_in_progress`, and then nothing is changed. */
export async function undoChange(
  branch: Branch,
  change: Change,
  options: UndoOptions,
): Promise<UndoReport> {
  const { strategy = "conflict", dryRun = false } = options;
  const started = performance.now();
  const merger = new Merger(branch);
  await merger.checkNone();
  const { name, kind, steps } = change;
  const sources = steps.map(({ before, after }) => ({
    label: `before ${name}`,
    commits: [],
    snapshot: before.snapshot,
    base: after.snapshot,
  }));
  const plan = { sources, strategy };
  const report = (outcome: MergeOutcome): UndoReport => {
    const conflicts = outcome.sources.flatMap(({ conflicts }) => conflicts);
    const decided = outcome.sources.flatMap(({ decided }) => decided);
    return {
      id: branch.head.id,
      label: nullIfEmpty(branch.head.label),
      branch: branch.name,
      safety: null,
      changed: outcome.changes,
      ms: elapsed(started),
      dryRun,
      undone: {
        name,
        kind: kind === "project" ? "import" : kind,
        conflicts: conflicts.map(conflictReport),
        decided: decided.map(conflictReport),
      },
    };
  };
  if (dryRun) return await preview(merger, plan, report);
  let outcome: MergeOutcome | null = null;
  const message = undoMessage(change);
  const merged = await merger.merge({
    ...plan,
    label: "",
    message,
    kind: "revert",
    touch: options.touch ?? false,
    async accept(candidate) {
      outcome = candidate;
      const state = undoState(candidate);
      if (state !== "merged" && state !== "settle") return false;
      const guarded = { what: "undo", from: branch.savedSnapshot, to: candidate.snapshot };
      await guardSize(branch.background, guarded, options);
      return true;
    },
    parents: () => commonParents(branch, change, message),
  });
  if (undoState(outcome!) === "refused") throw refusal(name, branch, report(outcome!));
  return { ...report(outcome!), safety: merged?.safety?.id ?? null };
}

/** All of it is taken out, or nothing. */
function undoState(outcome: MergeOutcome): ReturnType<typeof mergeState> {
  return outcome.sources.every(({ merged }) => merged) ? mergeState(outcome) : "refused";
}

/** What the project brought is its people's work, and is not taken from the project because it was taken from the branch. */
async function commonParents(
  { background, name, head }: Branch,
  { steps: [{ before, after }, ...others] }: Change,
  message: string,
): Promise<ObjectId[]> {
  // Several are calls, which the project knows nothing of.
  if (others.length > 0) return [];
  const commits = { before: before.id, after: after.id, head: head.id };
  const common = await background.call("commonWithout", { branch: name, ...commits });
  if (common === null) return [];
  const { snapshot, base } = common;
  const made = await background.call("common", { branch: name, snapshot, before: base, message });
  return [made.id];
}

async function preview(
  merger: Merger,
  plan: MergePlan,
  report: (outcome: MergeOutcome) => UndoReport,
): Promise<UndoReport> {
  const { branch } = merger;
  let changes: UndoReport["changes"] & object = [];
  const outcome = await merger.preview(plan, async ({ snapshot }) => {
    const range = { from: branch.savedSnapshot, to: snapshot, patch: false };
    changes = (await branch.background.call("diff", range)).changes.map(changeReport);
  });
  return { ...report(outcome), changes };
}

function undoMessage({ name, kind, label }: Change): string {
  return `undo of ${name} (${label === "" ? kind : label})`;
}

function refusal(name: string, branch: Branch, report: UndoReport): ServiceError {
  const { conflicts } = report.undone!;
  const count = conflictCount(conflicts.length);
  return new ServiceError(
    "undo_conflicts",
    `Cannot undo ${name} in ${branch.name}: ${count} with what came after it`,
    {
      hint: "--strategy theirs takes it out all the same, markers writes both into the files; " +
        "agentvfs rollback goes back to a whole state",
      details: { name, conflicts },
    },
  );
}
