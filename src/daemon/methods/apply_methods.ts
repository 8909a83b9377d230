/**
 * Bringing what a branch changed into the project, and taking that back.
 *
 * @module
 */

import { binaryString, displayString } from "../../../ffi/binary_string.ts";
import type { Params } from "../../control/methods.ts";
import type { ApplyReport, ApplyReview } from "../../control/service/project.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { TakenBack } from "../../control/service/history.ts";
import type { CommitInfo } from "../../history/commits/commit.ts";
import type { DoneApply, PlannedApply } from "../background/apply_job.ts";
import type { ApplyPlan } from "../background/plan_apply.ts";
import { serviceError } from "../threads/service_errors.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { isAbsolute } from "node:path";
import { isWithin } from "../../host/mounts.ts";
import { type Branch, safetyCommit } from "../branches/branch.ts";
import { type GuardOptions, guardSize } from "../branches/size_guard.ts";
import { Merger } from "../branches/merger.ts";
import { changeReport, elapsed, reviewItemReport } from "../threads/reports.ts";
import type { BranchAccess } from "./branch_access.ts";
import { lookAtProject, projectMoved } from "./project_look.ts";
import { conflicts, ended, NOTHING, planned, shown } from "./project_reports.ts";
import { choicesOf } from "./review_methods.ts";

export interface ApplyParts extends BranchAccess {
  /** Where the project is, */
  readonly source: string;
  /** and where it is mounted. */
  readonly mount: string;
}

export class ApplyMethods {
  constructor(readonly parts: ApplyParts) {}

  async apply(p: Params<"apply">): Promise<ApplyReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("apply", async () => {
      const started = performance.now();
      if (p.ref === undefined) await new Merger(branch).checkNone();
      const { background } = this.parts;
      const { point, theirs, safety } = await this.#applied(branch, p);
      checkWhole(p);
      if (p.to !== undefined) return await this.#applyTo(branch, { point, theirs, safety }, p);
      const seen = await lookAtProject(background);
      const plan = await background.call("planApply", {
        branch: branch.name,
        point,
        ...await this.#wanted(branch, p, theirs),
        strategy: p.strategy ?? "conflict",
        ...(p.only === undefined ? {} : { only: p.only.map(binaryString) }),
        withoutGit: p.withoutGit ?? false,
      });
      const report: ApplyReport = {
        branch: branch.name,
        to: this.parts.source,
        ...planned(plan, p.partial ?? false),
        id: null,
        applied: point,
        dryRun: p.dryRun ?? false,
        // What is the project's own once that is so.
        project: await projectMoved(
          background,
          { ...plan.base, snapshot: plan.common },
          seen,
          plan.result,
        ),
        leftAlone: [],
        notKept: [],
        safety,
        ms: elapsed(started),
      };
      if (p.dryRun) {
        await background.call("discard", null);
        return { ...report, changes: plan.changes.map(changeReport) };
      }
      if (report.state === "refused") {
        await background.call("discard", null);
        throw conflicts("apply", report);
      }
      if (report.state === "unchanged") {
        await background.call("discard", null);
        return report;
      }
      await this.#guard(plan, p);
      const name = p.ref ?? branch.name;
      const message = p.message ?? `apply ${name}`;
      const done = await this.#carryOut(branch, plan, {
        message,
        agent: p.agent ?? null,
        operation: "apply",
      });
      return { ...report, ...ended(report.state, done), ms: elapsed(started) };
    });
  }

  /** What an apply would bring, as things that can be taken one by one. */
  async reviewApply(p: Params<"reviewApply">): Promise<ApplyReview> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("review", async () => {
      if (p.ref === undefined) await new Merger(branch).checkNone();
      const { background } = this.parts;
      const { point, theirs } = await this.#applied(branch, { ...p, dryRun: true });
      const { base, chosen } = await background.call("applicable", {
        branch: branch.name,
        point,
        theirs,
        ...(p.only === undefined ? {} : { only: p.only.map(binaryString) }),
        withoutGit: p.withoutGit ?? false,
      });
      const record = async (snapshot: Snapshot, message: string) => {
        const commit = { branch: branch.name, snapshot, message, parents: [point] };
        return (await background.call("record", commit)).id;
      };
      const from = base.commit ?? await record(base.snapshot, "what was common");
      const to = await record(chosen, `${branch.name} as it was reviewed`);
      const between = { from: base.snapshot, to: chosen };
      const items = await background.call("reviewItems", between);
      return { branch: branch.name, from, to, items: items.map(reviewItemReport) };
    });
  }

  /** What is to be applied, and since when; absent: all of it. */
  async #wanted(branch: Branch, p: Params<"apply">, theirs: Snapshot) {
    const { background } = this.parts;
    const snapshotOf = async (ref: string) =>
      (await background.call("resolve", { branch: branch.name, ref })).snapshot;
    if (p.reviewed === undefined) {
      return p.since === undefined ? { theirs } : { theirs, since: await snapshotOf(p.since) };
    }
    const [since, to] = [await snapshotOf(p.reviewed.from), await snapshotOf(p.reviewed.to)];
    const choices = choicesOf(p.reviewed);
    const { nextInode } = branch;
    const chosen = await background.call("choose", { from: since, to, choices, nextInode });
    branch.nextInode = Math.max(nextInode, chosen.nextInode);
    return { theirs: chosen.snapshot, since };
  }

  /** Refuses what would take away very much. */
  async #guard(
    { before, result }: { before: { snapshot: Snapshot }; result: Snapshot },
    options: GuardOptions,
  ): Promise<void> {
    const { background } = this.parts;
    const change = { what: "apply", from: before.snapshot, to: result };
    try {
      await guardSize(background, change, options);
    } catch (error) {
      await background.call("discard", null);
      throw error;
    }
  }

  /** Takes an apply of the branch back. What somebody changed in the project since stays, and is named. */
  async takeBack(branch: Branch, apply: CommitInfo, dryRun: boolean): Promise<TakenBack> {
    if (apply.branch !== branch.name) throw ofAnother(apply);
    const { background } = this.parts;
    await lookAtProject(background);
    const at = { branch: branch.name, at: branch.head.id, apply: apply.id };
    const plan = await background.call("planTakeBack", at);
    const message = `undo of ${apply.message}`;
    const done = dryRun
      ? { commit: null, leftAlone: [], notKept: [] }
      : await this.#carryOut(branch, plan, { message, agent: null, operation: "undo" });
    if (dryRun) await background.call("discard", null);
    const stays = plan.conflicts.map(({ path }) => ({
      path: displayString(path),
      reason: "it was changed in the project since",
    }));
    return {
      changed: dryRun ? plan.counts : done.commit?.changed ?? NOTHING,
      leftAlone: [...stays, ...done.leftAlone.map(shown)],
    };
  }

  /** Finishes an apply that was interrupted. */
  continueApply(p: Params<"continueApply">): Promise<ApplyReport> {
    return this.#end("continue", p.dryRun ?? false);
  }

  /** Takes back what an apply that was interrupted had done. */
  abortApply(p: Params<"abortApply">): Promise<ApplyReport> {
    return this.#end("abort", p.dryRun ?? false);
  }

  async #end(how: "continue" | "abort", dryRun: boolean): Promise<ApplyReport> {
    return await this.parts.turn(`apply --${how}`, async () => {
      const started = performance.now();
      const { background } = this.parts;
      const interrupted = await background.call("interruptedApply", null);
      if (interrupted === null) {
        throw new ServiceError("no_apply", "No apply was interrupted");
      }
      const { commit } = interrupted;
      const done = dryRun
        ? { commit: null, leftAlone: [], notKept: [] }
        : await background.call("endApply", how).catch(failed);
      return {
        branch: commit.branch,
        to: this.parts.source,
        ...ended(how === "abort" ? "aborted" : "applied", done),
        dryRun,
        applied: commit.parents[1]!,
        project: UNKNOWN,
        conflicts: [],
        decided: [],
        changed: done.commit?.changed ?? NOTHING,
        safety: null,
        ms: elapsed(started),
      };
    });
  }

  async #carryOut(
    branch: Branch,
    plan: ApplyPlan,
    what: Pick<PlannedApply, "message" | "agent" | "operation">,
  ): Promise<DoneApply> {
    const { base, before, result, common, point } = plan;
    const { background } = this.parts;
    const message = "what was common";
    const { name } = branch;
    const baseBefore = base.commit ??
      (await background.call("common", {
        branch: name,
        snapshot: base.snapshot,
        before: base,
        message,
      }))
        .id;
    const planned = { branch: name, before: before.id, result, point, baseBefore, common, ...what };
    return await background.call("apply", planned).catch(failed);
  }

  /** Applies to another directory. What was applied there last is what both have in common; nothing at first. */
  async #applyTo(
    branch: Branch,
    { point, theirs, safety }: { point: ObjectId; theirs: Snapshot; safety: ObjectId | null },
    p: Params<"apply">,
  ): Promise<ApplyReport> {
    const started = performance.now();
    const { background, source, mount } = this.parts;
    const to = p.to!;
    if (!isAbsolute(to) || [mount, source].some((place) => isWithin(to, place))) {
      throw new ServiceError("bad_directory", `Cannot apply to ${to}`, {
        exit: 2,
        hint: "Give the absolute path of a directory outside the project and the mount",
      });
    }
    const plan = await background.call("planApplyTo", {
      directory: to,
      branch: branch.name,
      theirs,
      strategy: p.strategy ?? "conflict",
      ...(p.only === undefined ? {} : { only: p.only.map(binaryString) }),
      withoutGit: p.withoutGit ?? false,
    }).catch(failed);
    const report: ApplyReport = {
      branch: branch.name,
      to,
      ...planned(plan, p.partial ?? false),
      id: null,
      applied: point,
      dryRun: p.dryRun ?? false,
      project: UNKNOWN,
      leftAlone: [],
      notKept: [],
      safety,
      ms: elapsed(started),
    };
    const isDone = report.dryRun || report.state === "refused" || report.state === "unchanged";
    if (isDone) await background.call("discard", null);
    if (report.dryRun) return { ...report, changes: plan.changes.map(changeReport) };
    if (report.state === "refused") throw conflicts("apply", report);
    if (report.state === "unchanged") return report;
    if (plan.before !== null) {
      await this.#guard({ before: { snapshot: plan.before }, result: plan.result }, p);
    }
    const { before, result, common } = plan;
    const message = p.message ?? `apply to ${to}`;
    const write = { directory: to, branch: branch.name, before, result, common, message };
    const done = await background.call("applyTo", write).catch(failed);
    return { ...report, ...ended(report.state, done), ms: elapsed(started) };
  }

  /** What is applied: a checkpoint, or the working tree, which becomes one unless it is only a question. */
  async #applied(branch: Branch, p: Params<"apply">) {
    if (p.ref !== undefined) {
      const asked = { branch: branch.name, ref: p.ref };
      const { id, snapshot } = await this.parts.background.call("resolve", asked);
      return { point: id, theirs: snapshot, safety: null };
    }
    if (p.dryRun) {
      const theirs = await branch.snapshot();
      return { point: branch.head.id, theirs, safety: null };
    }
    const isChanged = await branch.isChanged();
    const commit = isChanged ? await branch.save(safetyCommit("before apply")) : null;
    const { id, snapshot } = branch.head;
    return { point: id, theirs: snapshot, safety: commit?.id ?? null };
  }
}

/** Another directory has in common with the branch what was applied there, and not what was reviewed. */
function checkWhole({ to, since, reviewed }: Params<"apply">): void {
  if (to === undefined || since === undefined && reviewed === undefined) return;
  throw new ServiceError("bad_params", "What is applied to another directory is applied whole", {
    exit: 2,
  });
}

/** Of another directory nothing is known. */
const UNKNOWN = {
  changed: { added: 0, modified: 0, deleted: 0 },
  newest: null,
  files: 0,
  guessed: false,
  skipped: [],
};

function ofAnother({ branch }: CommitInfo): ServiceError {
  return new ServiceError("cannot_undo", `That is an apply of ${branch}`, {
    hint: `agentvfs undo --branch ${branch}`,
  });
}

/** The writer says what to do about what the disk refused. */
function failed(error: unknown): never {
  throw serviceError(error);
}
