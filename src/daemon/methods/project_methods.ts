/**
 * The service's methods between a branch and the project.
 *
 * @module
 */

import { binaryString, displayString } from "../../../ffi/binary_string.ts";
import type { Params } from "../../control/methods.ts";
import type {
  ApplyReport,
  ApplyReview,
  ProjectMoved,
  RefreshReport,
} from "../../control/service/project.ts";
import { ServiceError } from "../../control/service_error.ts";
import type { TakenBack } from "../../control/service/history.ts";
import { type ChangeCounts, type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";
import type { SkippedPath } from "../../source/import_source.ts";
import type { DoneApply, Interrupted, PlannedApply } from "../background/apply_job.ts";
import type { ApplyPlan } from "../background/plan_apply.ts";
import type { SeenProject } from "../background/project_jobs.ts";
import { serviceError } from "../threads/service_errors.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import { isAbsolute } from "node:path";
import { isWithin } from "../../host/mounts.ts";
import { type Branch, safetyCommit } from "../branches/branch.ts";
import { type GuardOptions, guardSize } from "../branches/size_guard.ts";
import { Merger, mergeSide } from "../branches/merger.ts";
import { changeReport, conflictReport, elapsed, reviewItemReport } from "../threads/reports.ts";
import type { BranchAccess } from "./history_methods.ts";
import { choicesOf } from "./review_methods.ts";

export interface ProjectParts extends BranchAccess {
  /** Where the project is, */
  readonly source: string;
  /** and where it is mounted. */
  readonly mount: string;
}

export class ProjectMethods {
  constructor(readonly parts: ProjectParts) {}

  async refresh(p: Params<"refresh">): Promise<RefreshReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("refresh", async () => {
      const started = performance.now();
      await checkNoMerge(branch);
      const { background } = this.parts;
      const seen = await this.#look();
      const at = { branch: branch.name, at: branch.head.id };
      const base = await background.call("commonBase", at);
      const report: RefreshReport = {
        branch: branch.name,
        state: "unchanged",
        id: null,
        dryRun: p.dryRun ?? false,
        project: await this.#moved(base, seen),
        conflicts: [],
        decided: [],
        changed: NOTHING,
        safety: null,
        ms: 0,
      };
      const isMoved = total(report.project.changed) > 0;
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

  async apply(p: Params<"apply">): Promise<ApplyReport> {
    const branch = await this.parts.branch(p.branch);
    return await this.parts.turn("apply", async () => {
      const started = performance.now();
      if (p.ref === undefined) await checkNoMerge(branch);
      const { background } = this.parts;
      const { point, theirs, safety } = await this.#applied(branch, p);
      checkWhole(p);
      if (p.to !== undefined) return await this.#applyTo(branch, { point, theirs, safety }, p);
      const seen = await this.#look();
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
        project: await this.#moved({ ...plan.base, snapshot: plan.common }, seen, plan.result),
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
      if (p.ref === undefined) await checkNoMerge(branch);
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
    await this.#look();
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

  /** Throws `apply_unfinished` while an apply is in the middle. */
  async #look(): Promise<SeenProject> {
    const interrupted = await this.parts.background.call("interruptedApply", null);
    if (interrupted !== null) throw unfinished(interrupted);
    const seen = await this.parts.background.call("look", null);
    if (seen.locks.length === 0) return seen;
    const locks = seen.locks.map(displayString).join(", ");
    throw new ServiceError("git_busy", `git is at work in the project: there is ${locks}`, {
      hint: "Try again when it is done; if no git runs there, remove the file",
    });
  }

  async #moved(
    base: ApplyPlan["base"],
    seen: SeenProject,
    to = seen.commit.snapshot,
  ): Promise<ProjectMoved> {
    const { background } = this.parts;
    const moved = { from: base.snapshot, to };
    const { newest, ...changed } = await background.call("movedProject", moved);
    return {
      changed,
      newest: newest && {
        path: displayString(newest.path),
        time: new Date(newest.time).toISOString(),
      },
      files: seen.read,
      guessed: base.isGuessed,
      skipped: seen.skipped.map(shown),
    };
  }
}

/** Another directory has in common with the branch what was applied there, and not what was reviewed. */
function checkWhole({ to, since, reviewed }: Params<"apply">): void {
  if (to === undefined || since === undefined && reviewed === undefined) return;
  throw new ServiceError("bad_params", "What is applied to another directory is applied whole", {
    exit: 2,
  });
}

function total({ added, modified, deleted }: ChangeCounts): number {
  return added + modified + deleted;
}

/** Of another directory nothing is known. */
const UNKNOWN = {
  changed: { added: 0, modified: 0, deleted: 0 },
  newest: null,
  files: 0,
  guessed: false,
  skipped: [],
};

const NOTHING = { added: 0, modified: 0, deleted: 0 };

function shown({ path, reason }: SkippedPath): { path: string; reason: string } {
  return { path: displayString(path), reason };
}

function told(outcome: MergeOutcome) {
  const [{ merged, conflicts, decided }] = outcome.sources as [MergeOutcome["sources"][0]];
  const state = !merged
    ? "refused"
    : conflicts.length > 0
    ? "settle"
    : total(outcome.changes) > 0
    ? "refreshed"
    : "unchanged";
  return {
    state,
    conflicts: conflicts.map(conflictReport),
    decided: decided.map(conflictReport),
    changed: outcome.changes,
  } as const;
}

function ofAnother({ branch }: CommitInfo): ServiceError {
  return new ServiceError("cannot_undo", `That is an apply of ${branch}`, {
    hint: `agentvfs undo --branch ${branch}`,
  });
}

/** How an apply ended that was to end like this. */
function ended(state: ApplyReport["state"], { commit, leftAlone, notKept }: DoneApply) {
  const isWhole = leftAlone.length === 0 || state === "aborted";
  return {
    state: isWhole ? state : "partial",
    id: commit?.id ?? null,
    leftAlone: leftAlone.map(shown),
    notKept: notKept.map(shown),
  };
}

function unfinished({ commit, writes, deletions, isGoingBack }: Interrupted): ServiceError {
  const paths = writes + deletions;
  return new ServiceError(
    "apply_unfinished",
    `An apply of ${commit.branch} was interrupted ${isGoingBack ? "while it was taken back" : ""}` +
      `(${paths} ${paths === 1 ? "path" : "paths"})`,
    {
      hint: isGoingBack
        ? "agentvfs apply --abort takes the rest back"
        : "agentvfs apply --continue finishes it, agentvfs apply --abort takes it back",
    },
  );
}

/** The writer says what to do about what the disk refused. */
function failed(error: unknown): never {
  throw serviceError(error);
}

function planned(
  { conflicts, decided, counts }: Pick<ApplyPlan, "conflicts" | "decided" | "counts">,
  partial: boolean,
) {
  const isRefused = conflicts.length > 0 && (!partial || total(counts) === 0);
  const state = isRefused
    ? "refused"
    : total(counts) === 0
    ? "unchanged"
    : conflicts.length > 0
    ? "partial"
    : "applied";
  return {
    state,
    conflicts: conflicts.map(conflictReport),
    decided: decided.map(conflictReport),
    changed: counts,
  } as const;
}

function conflicts(
  what: "apply" | "refresh",
  report: { branch: string; conflicts: readonly unknown[] },
): ServiceError {
  const count = report.conflicts.length;
  const number = `${count} ${count === 1 ? "conflict" : "conflicts"}`;
  const message = what === "apply"
    ? `Cannot apply ${report.branch} to the project: ${number}`
    : `Cannot refresh ${report.branch} from the project: ${number}`;
  const hint = what === "apply"
    ? "--partial applies the others; --strategy ours, theirs or union decides them; or refresh first"
    : "--strategy markers writes them into the files; ours, theirs or union decides them";
  return new ServiceError(`${what}_conflicts`, message, { hint, details: report });
}

async function checkNoMerge(branch: Branch): Promise<void> {
  if (await new Merger(branch).inProgress() === null) return;
  throw new ServiceError("merge_in_progress", `A merge is in progress in ${branch.name}`, {
    hint: "Settle its conflicts and run agentvfs merge --continue, or agentvfs merge --abort",
  });
}
