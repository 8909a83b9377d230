/**
 * The service's methods that undo: one thing in the middle, or the last operations; and do them again.
 *
 * @module
 */

import type { Params } from "../../../control/methods.ts";
import type { RollbackReport, TakenBack, UndoReport } from "../../../control/service/history.ts";
import { ServiceError } from "../../../control/service_error.ts";
import type { CommitInfo } from "../../../history/commits/commit.ts";
import type { KnownWork } from "../../agents/known_work.ts";
import type { Branch } from "../../branches/branch.ts";
import { undoChange } from "../../branches/undo_change.ts";
import { elapsed, nullIfEmpty } from "../../threads/reports.ts";
import { serviceError } from "../../threads/service_errors.ts";
import { movedReport, previewReport } from "../rollback_report.ts";
import { type BranchAccess, withBranch } from "../branch_access.ts";
import { type CommitFinder, isUnknown, nothingChanged } from "./commit_finder.ts";

export interface UndoParts extends BranchAccess {
  /** Takes an apply of the branch back from the project. */
  takeBackApply(branch: Branch, apply: CommitInfo, dryRun: boolean): Promise<TakenBack>;
  readonly work: KnownWork;
  readonly commits: CommitFinder;
}

export class UndoMethods {
  constructor(readonly parts: UndoParts) {}

  undo(p: Params<"undo">): Promise<UndoReport> {
    const { ref, count, ...options } = p;
    if (ref === undefined) return this.#undoLast(p);
    if (count !== undefined) throw badParams("One thing is undone, or the last operations");
    return withBranch(this.parts, "undo", p, async (branch) => {
      const which = { branch: branch.name, ref: this.parts.work.wholeRef(branch.name, ref) };
      const change = await this.parts.background.call("change", which)
        .catch((error) => {
          const isPrompt = this.parts.work.stateBefore(branch.name, which.ref) !== null;
          if (isPrompt && isUnknown(error)) throw nothingChanged(which.ref.replace(":", " "));
          return fail(this.parts.commits.withoutCheckpoint(branch, which.ref, error));
        });
      const [{ after }] = change.steps;
      if (after.kind === "apply") return await this.#takeBack(branch, after, p);
      return await undoChange(branch, change, options);
    });
  }

  /** Not held up for its size: it goes back where the branch was. */
  #undoLast(p: Params<"undo">): Promise<UndoReport> {
    const { count = 1, strategy, dryRun } = p;
    if (strategy !== undefined) throw badParams("A strategy is for the undo of one thing");
    return withBranch(this.parts, "undo", p, async (branch) => {
      const started = performance.now();
      const { background } = this.parts;
      const { commit, through, operations } = await background.call("undoTarget", {
        branch: branch.name,
        count,
      }).catch(fail);
      const apply = operations.find(({ kind }) => kind === "apply");
      if (apply !== undefined) {
        if (count > 1) throw oneByOne();
        const applied = await background.call("commitInfo", apply.to);
        return await this.#takeBack(branch, applied, p);
      }
      if (dryRun) {
        return await previewReport(this.parts.background, branch, commit, commit.snapshot, started);
      }
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(commit, "undo", { ...p, through }),
        started,
      );
    });
  }

  /** The branch stays where it is. */
  async #takeBack(
    branch: Branch,
    apply: CommitInfo,
    { ownOnly, dryRun = false }: Params<"undo">,
  ): Promise<UndoReport> {
    if (ownOnly) throw appliedOutside(branch.name);
    const started = performance.now();
    const project = await this.parts.takeBackApply(branch, apply, dryRun);
    const { id, label } = branch.head;
    return {
      id,
      label: nullIfEmpty(label),
      branch: branch.name,
      safety: null,
      changed: { added: 0, modified: 0, deleted: 0 },
      ms: elapsed(started),
      dryRun,
      project,
    };
  }

  redo(p: Params<"redo">): Promise<RollbackReport> {
    return withBranch(this.parts, "redo", p, async (branch) => {
      const started = performance.now();
      const { commit } = await this.parts.background.call("redoTarget", branch.name);
      return await movedReport(
        this.parts.background,
        branch,
        await branch.rollback(commit, "redo", p),
        started,
      );
    });
  }
}

function appliedOutside(branch: string): ServiceError {
  return new ServiceError(
    "denied",
    `Not allowed from inside branch ${branch}: it would take an apply back from the project`,
    { hint: "Ask for it from outside; agentvfs rollback goes to any checkpoint of the branch" },
  );
}

function oneByOne(): ServiceError {
  return new ServiceError(
    "cannot_undo",
    "Cannot undo several operations with an apply among them",
    {
      hint: "An apply is taken back from the project: take them back one by one",
    },
  );
}

function badParams(message: string): ServiceError {
  return new ServiceError("bad_params", message, { exit: 2 });
}

function fail(error: unknown): never {
  throw serviceError(error);
}
