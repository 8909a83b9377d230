/**
 * The service's methods that make checkpoints of a branch and go back to them.
 *
 * @module
 */

import type { Params } from "../../../control/methods.ts";
import type { CheckpointReport, RollbackReport } from "../../../control/service/history.ts";
import type { Branch } from "../../branches/branch.ts";
import { type GuardedChange, type GuardOptions, guardSize } from "../../branches/size_guard.ts";
import { checkpointReport } from "../../threads/reports.ts";
import { movedReport, previewReport } from "../rollback_report.ts";
import { treePath } from "../tree_path.ts";
import { type BranchAccess, withBranch } from "../branch_access.ts";
import type { CommitFinder } from "./commit_finder.ts";

export interface HistoryParts extends BranchAccess {
  readonly commits: CommitFinder;
}

export class HistoryMethods {
  constructor(readonly parts: HistoryParts) {}

  checkpoint(p: Params<"checkpoint">): Promise<CheckpointReport> {
    return withBranch(this.parts, "checkpoint", p, async (branch) => {
      const started = performance.now();
      const commit = await branch.save({
        label: p.label ?? "",
        message: p.message ?? "",
        kind: "checkpoint",
        agent: p.agent ?? null,
      });
      return checkpointReport(branch.name, commit!, started);
    });
  }

  rollback(p: Params<"rollback">): Promise<RollbackReport> {
    return withBranch(this.parts, "rollback", p, async (branch) => {
      const started = performance.now();
      const to = await this.parts.commits.resolve(branch, p.ref);
      if (p.dryRun) {
        return await previewReport(this.parts.background, branch, to, to.snapshot, started);
      }
      await this.#guard(branch, { what: "roll back", to: to.snapshot }, p);
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(to, "rollback", p),
        started,
      );
    });
  }

  restore(p: Params<"restore">): Promise<RollbackReport> {
    return withBranch(this.parts, "restore", p, async (branch) => {
      const started = performance.now();
      const paths = p.paths.map(treePath);
      const from = await this.parts.commits.resolve(branch, p.from);
      if (p.dryRun) {
        const into = await branch.snapshot();
        const graft = { into, from: from.snapshot, paths, nextInode: 0 };
        const { snapshot } = await this.parts.background.call("graft", graft);
        return await previewReport(this.parts.background, branch, from, snapshot, started);
      }
      await this.#guard(branch, { what: "restore", to: from.snapshot, paths }, p);
      const message = `restore ${p.paths.join(" ")} from ${p.from}`;
      return await movedReport(
        this.parts.background,
        branch,
        await branch.restore(paths, from, message, p),
        started,
      );
    });
  }

  /** Refuses what would take away very much. */
  async #guard(
    branch: Branch,
    change: Omit<GuardedChange, "from">,
    options: GuardOptions,
  ): Promise<void> {
    if (options.forceLarge) return;
    const from = await branch.snapshot();
    await guardSize(this.parts.background, { ...change, from }, options);
  }
}
