/**
 * What is answered to whoever moves a branch, or asks what that would change. `started`: when it was asked for, as
 * `performance.now()` has it.
 *
 * @module
 */

import type { RollbackReport } from "../../control/service/history.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { BackgroundClient } from "../background/background_client.ts";
import type { Branch, Moved } from "../branches/branch.ts";
import { changeReport, elapsed, nullIfEmpty } from "../threads/reports.ts";

/** What a move of the branch to `target` would change. `after`: what its tree would be. */
export async function previewReport(
  background: BackgroundClient,
  branch: Branch,
  target: CommitInfo,
  after: Snapshot,
  started: number,
): Promise<RollbackReport> {
  const from = await branch.snapshot();
  const { changes } = await background.call("diff", { from, to: after, patch: false });
  return {
    id: target.id,
    label: nullIfEmpty(target.label),
    branch: branch.name,
    safety: null,
    changed: await background.call("count", { from, to: after }),
    ms: elapsed(started),
    dryRun: true,
    changes: changes.map(changeReport),
  };
}

/** What a move of the branch has changed. */
export async function movedReport(
  background: BackgroundClient,
  branch: Branch,
  { commit, safety, before, telling }: Moved,
  started: number,
): Promise<RollbackReport> {
  const ms = elapsed(started);
  const changed = { from: before, to: commit.snapshot };
  return {
    id: commit.id,
    label: nullIfEmpty(commit.label),
    branch: branch.name,
    safety: safety?.id ?? null,
    changed: await background.call("count", changed),
    ms,
    dryRun: false,
    ...(telling > 0 ? { telling } : {}),
  };
}
