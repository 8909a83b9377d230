/**
 * Bringing what changed in the project into a branch.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { RefreshReport } from "../../control/service/project.ts";
import { sameSnapshot, totalChanges } from "../../history/commits/commit.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";
import { guardSize } from "../branches/size_guard.ts";
import { Merger, mergeSide } from "../branches/merger.ts";
import { changeReport, elapsed } from "../threads/reports.ts";
import type { BranchAccess } from "./branch_access.ts";
import { lookAtProject, projectMoved } from "./project_look.ts";
import { conflicts, NOTHING, told } from "./project_reports.ts";

export class RefreshMethods {
  constructor(readonly parts: BranchAccess) {}

  async refresh(p: Params<"refresh">): Promise<RefreshReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("refresh", async () => {
      const started = performance.now();
      await new Merger(branch).checkNone();
      const { background } = this.parts;
      const seen = await lookAtProject(background);
      const at = { branch: branch.name, at: branch.head.id };
      const base = await background.call("commonBase", at);
      const report: RefreshReport = {
        branch: branch.name,
        state: "unchanged",
        id: null,
        dryRun: p.dryRun ?? false,
        project: await projectMoved(background, base, seen),
        conflicts: [],
        decided: [],
        changed: NOTHING,
        safety: null,
        ms: 0,
      };
      const isMoved = totalChanges(report.project.changed) > 0;
      if (!isMoved) {
        return { ...report, ...(p.dryRun ? { changes: [] } : {}), ms: elapsed(started) };
      }
      await branch.save(null);
      const snapshot = p.untouched
        ? await background.call("chooseUntouched", {
          base: base.snapshot,
          branch: branch.savedSnapshot,
          project: seen.commit.snapshot,
        })
        : seen.commit.snapshot;
      if (p.untouched && sameSnapshot(snapshot, base.snapshot)) {
        return { ...report, ...(p.dryRun ? { changes: [] } : {}), ms: elapsed(started) };
      }
      const message = p.message ?? "refresh from the project";
      const plan = {
        sources: [{ label: "project", commits: [], snapshot }],
        strategy: p.strategy ?? "conflict",
        base: base.snapshot,
      } as const;
      if (p.dryRun) {
        const outcome = await background.call("mergeRefresh", {
          into: await mergeSide(branch),
          project: plan.sources[0],
          base: base.snapshot,
          strategy: plan.strategy,
          nextInode: branch.nextInode,
          list: true,
        });
        await background.call("discard", null);
        return {
          ...report,
          ...told(outcome),
          changes: outcome.listed.map(changeReport),
          ms: elapsed(started),
        };
      }
      let outcome: MergeOutcome | null = null;
      const merged = await new Merger(branch).merge({
        ...plan,
        kind: "refresh",
        touch: p.touch ?? false,
        label: "",
        message,
        accept: async (candidate) => {
          outcome = candidate;
          // What both did alike is common from now on.
          if (told(candidate).state === "refused") return false;
          const change = { what: "refresh", from: branch.savedSnapshot, to: candidate.snapshot };
          await guardSize(background, change, p);
          return true;
        },
        parents: async () => {
          const common = { branch: branch.name, snapshot, before: base, message };
          return [(await background.call("common", common)).id];
        },
      });
      const done = { ...report, ...told(outcome!), ms: elapsed(started) };
      if (done.state === "refused") throw conflicts("refresh", done);
      if (merged === null) return done;
      if (done.state === "settle") return { ...done, safety: merged.safety?.id ?? null };
      const { id } = merged.commit;
      return { ...done, state: "refreshed", id, safety: merged.safety?.id ?? null };
    });
  }
}
