/**
 * The service's methods by which some of what a branch changed is taken, and the rest left.
 *
 * @module
 */

import type { Params } from "../../control/methods.ts";
import type { ReviewReport, TakeReport } from "../../control/service/merge.ts";
import { ServiceError } from "../../control/service_error.ts";
import { type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import type { MergeOutcome } from "../../history/merge/merge_branches.ts";
import type { Choices } from "../../history/review/choose_snapshot.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { Branch } from "../branches/branch.ts";
import { MAIN } from "../branches/branches.ts";
import { Merger, mergeSide } from "../branches/merger.ts";
import { elapsed, nullIfEmpty, reviewItemReport } from "../threads/reports.ts";
import { serviceError } from "../threads/service_errors.ts";
import type { BranchAccess } from "./branch_access.ts";
import { refusal, reportOf } from "./merge_methods.ts";

const NOTHING = { added: 0, modified: 0, deleted: 0 };

export class ReviewMethods {
  constructor(readonly parts: BranchAccess) {}

  async review(p: Params<"review">): Promise<ReviewReport> {
    const { background, turn } = this.parts;
    const [branch, into] = await this.#sides(p);
    return await turn("review", async () => {
      await new Merger(branch).checkNone();
      const from = await this.#common(branch, into);
      const to = await this.#recorded(branch);
      const snapshots = { from: from.snapshot, to: to.snapshot };
      const items = await background.call("reviewItems", snapshots);
      return {
        branch: branch.name,
        into: into.name,
        from: from.id,
        to: to.id,
        items: items.map(reviewItemReport),
      };
    });
  }

  async take(p: Params<"take">): Promise<TakeReport> {
    const { background, turn } = this.parts;
    const [branch, into] = await this.#sides(p);
    return await turn("take", async () => {
      const started = performance.now();
      await new Merger(into).checkNone();
      await new Merger(branch).checkNone();
      const [from, to] = [await this.#resolve(branch, p.from), await this.#resolve(branch, p.to)];
      await branch.save(null);
      const { snapshot, nextInode } = await background.call("choose", {
        from: from.snapshot,
        to: to.snapshot,
        choices: choicesOf(p),
        nextInode: branch.nextInode,
      });
      const report = {
        branch: branch.name,
        into: into.name,
        id: null,
        taken: null,
        label: nullIfEmpty(p.label ?? ""),
        changed: NOTHING,
        left: await background.call("count", { from: snapshot, to: branch.savedSnapshot }),
        safety: null,
      };
      if (sameSnapshot(snapshot, from.snapshot)) return { ...report, ms: elapsed(started) };
      branch.nextInode = Math.max(branch.nextInode, nextInode);
      const merged = await this.#merge(p, branch, into, from, snapshot);
      return { ...report, ...merged, ms: elapsed(started) };
    });
  }

  /** Merges what was taken; the branch stands on it, so that both have it in common. */
  async #merge(
    p: Params<"take">,
    branch: Branch,
    into: Branch,
    from: CommitInfo,
    snapshot: Snapshot,
  ): Promise<Pick<TakeReport, "id" | "taken" | "changed" | "safety">> {
    const label = p.label ?? "";
    const message = `take from ${branch.name} into ${into.name}`;
    const stand = {
      label: "",
      message,
      kind: "checkpoint",
      agent: null,
      parents: [from.id],
    } as const;
    let outcome: MergeOutcome | null = null;
    let taken = "";
    const merged = await new Merger(into).merge({
      sources: [{ label: branch.name, commits: [from.id], snapshot }],
      strategy: "conflict",
      label,
      message,
      accept: (candidate) => {
        outcome = candidate;
        return candidate.sources.every((source) => source.merged);
      },
      parents: async () => {
        const { id } = await branch.standOn(snapshot, stand);
        taken = id;
        return [id];
      },
    });
    if (merged === null) {
      const hint =
        `Leave those paths, or merge all of it: agentvfs merge ${branch.name} --strategy markers`;
      throw refusal(reportOf({ sources: [branch.name], label }, into, outcome!), hint);
    }
    const { commit, safety } = merged;
    return { id: commit.id, taken, changed: merged.outcome.changes, safety: safety?.id ?? null };
  }

  /** The branch, and the one that it is to be merged into. */
  async #sides(p: { branch: string; into?: string }): Promise<[Branch, Branch]> {
    const branch = await this.parts.branch(p.branch);
    const { background } = this.parts;
    const parent = (await background.call("branch", branch.name))?.parent ?? MAIN;
    const isThere = await background.call("branch", parent) !== null;
    const into = await this.parts.branch(p.into ?? (isThere ? parent : MAIN));
    if (into !== branch) return [branch, into];
    throw new ServiceError("merge_itself", `Cannot review ${branch.name} against itself`, {
      exit: 2,
    });
  }

  /** What both had when they parted, or when one was last merged into the other. */
  async #common(branch: Branch, into: Branch): Promise<CommitInfo> {
    const [ours, theirs] = [await mergeSide(into), await mergeSide(branch)];
    const base = await this.parts.background.call("mergeBase", {
      ours: [...ours.commits],
      theirs: [...theirs.commits],
    });
    if (base !== null) return base;
    throw new ServiceError(
      "no_common_ancestor",
      `Branches ${branch.name} and ${into.name} have nothing in common`,
      { hint: `Merge it as a whole: agentvfs merge ${branch.name}` },
    );
  }

  /** The branch as it is, as a commit: it can be looked at for some time although work in the branch goes on. */
  async #recorded(branch: Branch): Promise<CommitInfo> {
    const snapshot = await branch.snapshot();
    if (!branch.isAhead) return branch.head;
    const { name, head } = branch;
    const parents = [head.id];
    const message = `${name} as it was reviewed`;
    return await this.parts.background.call("record", { branch: name, snapshot, message, parents });
  }

  #resolve(branch: Branch, ref: string): Promise<CommitInfo> {
    return this.parts.background.call("resolve", { branch: branch.name, ref }).catch((error) => {
      throw serviceError(error);
    });
  }
}

/** What of a review is taken. */
export function choicesOf(
  { all, whole = [], parts = [] }: Pick<Params<"take">, "all" | "whole" | "parts">,
): Choices | "all" {
  if (all) return "all";
  return {
    whole,
    parts: parts.map(({ item, hunks, edited, attributes = false }) => ({
      item,
      hunks,
      edited: edited.map((hunk) => ({ ...hunk, newStart: hunk.oldStart })),
      attributes,
    })),
  };
}
