/**
 * Merging into a branch: computed while work in the branch goes on, and shown as a rollback is.
 *
 * @module
 */

import { ServiceError } from "../../control/service_error.ts";
import type { MergeInProgress } from "../../history/refs/branch_table.ts";
import { type CommitInfo, sameSnapshot } from "../../history/commits/commit.ts";
import type { MergeStrategy } from "../../history/merge/merge_types.ts";
import type { MergeOutcome, MergeSide } from "../../history/merge/merge_branches.ts";
import type { InvalidationData } from "../../mount/invalidation_data.ts";
import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { SaveCommit } from "../threads/messages.ts";
import { type Branch, safetyCommit } from "./branch.ts";

/** What is merged into a branch, and how. */
export interface MergePlan {
  readonly sources: readonly MergeSide[];
  readonly strategy: MergeStrategy;
  /** Binary strings: only what the sources changed there. */
  readonly paths?: readonly string[];
  /** The one source is the project: what it and the branch have in common. */
  readonly base?: Snapshot;
}

export interface MergeRequest extends MergePlan {
  readonly label: string;
  readonly message: string;
  /** What the commit is; absent: a merge. */
  readonly kind?: "revert" | "refresh";
  /** See {@linkcode MoveOptions}. */
  readonly touch?: boolean;
  /** Whether the merge is to be made, now that it is known what it gives. */
  accept(outcome: MergeOutcome): boolean | Promise<boolean>;
  /** Commits of the sources that are in it. */
  parents(outcome: MergeOutcome): Promise<readonly ObjectId[]>;
}

export interface Merged {
  readonly commit: CommitInfo;
  readonly safety: CommitInfo | null;
  readonly outcome: MergeOutcome;
}

export class Merger {
  /** @param branch the one that is merged into */
  constructor(readonly branch: Branch) {}

  /**
   * Merges sources in. Nothing is done, and null is the answer, unless the merge is as `accept` wants it. Work in the branch
   * goes on while it is computed; what was changed meanwhile is merged too.
   */
  async merge(request: MergeRequest): Promise<Merged | null> {
    const { branch } = this;
    await branch.save(null);
    let outcome = await this.#compute(request);
    if (!await this.#isAccepted(request, outcome)) return null;
    let made = false;
    let safety: CommitInfo | null = null;
    await branch.flush();
    const computedFor = branch.savedSnapshot;
    await branch.whileFrozen(async () => {
      if (!sameSnapshot(computedFor, branch.savedSnapshot)) {
        outcome = await this.#compute(request);
        if (!await this.#isAccepted(request, outcome)) return null;
      }
      if (branch.isAhead) {
        safety = await branch.save(safetyCommit(`before ${request.message}`), true);
      }
      made = true;
      return await this.#show(request, outcome);
    }, request);
    return made ? { commit: branch.head, safety, outcome } : null;
  }

  /** If not, nothing of it is left. */
  async #isAccepted(request: MergeRequest, outcome: MergeOutcome): Promise<boolean> {
    let isAccepted = false;
    try {
      isAccepted = await request.accept(outcome);
    } finally {
      if (!isAccepted) await this.#discard();
    }
    return isAccepted;
  }

  /** What a merge would give now; `look` sees it before it is gone. */
  async preview(
    plan: MergePlan,
    look?: (outcome: MergeOutcome) => Promise<void>,
  ): Promise<MergeOutcome> {
    await this.branch.save(null);
    try {
      const outcome = await this.#compute(plan);
      await look?.(outcome);
      return outcome;
    } finally {
      await this.#discard();
    }
  }

  /** The merge that is to be settled, if there is one. */
  async inProgress(): Promise<MergeInProgress | null> {
    const { background, name } = this.branch;
    return (await background.call("branch", name))!.merge;
  }

  /** Throws `merge_in_progress` while there is one. */
  async checkNone(): Promise<void> {
    if (await this.inProgress() === null) return;
    throw new ServiceError("merge_in_progress", `A merge is in progress in ${this.branch.name}`, {
      hint: "Settle its conflicts and run agentvfs merge --continue, or agentvfs merge --abort",
    });
  }

  /** As {@linkcode inProgress}. Throws `no_merge`. */
  async checkInProgress(): Promise<MergeInProgress> {
    const merge = await this.inProgress();
    if (merge !== null) return merge;
    throw new ServiceError("no_merge", `No merge is in progress in ${this.branch.name}`);
  }

  /** Makes the working tree the result of the merge in progress. Resolves with paths that are not settled, or the commit. */
  async continue(merge: MergeInProgress): Promise<CommitInfo | string[]> {
    const snapshot = await this.branch.snapshot();
    const { paths } = merge;
    const left = await this.branch.background.call("markedPaths", { snapshot, paths });
    if (left.length > 0) return left;
    return (await this.branch.save(this.#commit(merge)))!;
  }

  /** Makes the result durable, and shows it. */
  async #show(request: MergeRequest, outcome: MergeOutcome): Promise<InvalidationData> {
    const { branch } = this;
    const { label, message, kind } = request;
    const { snapshot } = outcome;
    branch.nextInode = outcome.nextInode;
    const parents = await request.parents(outcome);
    const paths = markedPaths(outcome);
    const operation = kind ?? "merge";
    const merge = { parents, label, message, paths, ...(kind === undefined ? {} : { kind }) };
    if (paths.length > 0) {
      const row = { ...branch.position, snapshot, merge };
      const begin = async () => {
        await branch.background.call("beginMerge", row);
        return branch.head;
      };
      return await branch.swap(operation, begin, snapshot);
    }
    const commit = this.#commit(merge);
    const row = { ...branch.position, snapshot, commit };
    return await branch.swap(operation, () => branch.background.call("saveSnapshot", row));
  }

  #commit({ parents, label, message, ...begun }: MergeInProgress): SaveCommit {
    const kind = begun.kind ?? "merge";
    const head = this.branch.head.id;
    return {
      label,
      message,
      kind,
      agent: null,
      parents: [head, ...parents],
      operation: { kind, from: head },
    };
  }

  async #compute({ sources, strategy, paths, base }: MergePlan): Promise<MergeOutcome> {
    if (base !== undefined) {
      return await this.branch.background.call("mergeRefresh", {
        into: await mergeSide(this.branch),
        project: sources[0]!,
        base,
        strategy,
        nextInode: this.branch.nextInode,
      });
    }
    return await this.branch.background.call("merge", {
      into: await mergeSide(this.branch),
      sources,
      strategy,
      ...(paths === undefined ? {} : { paths }),
      nextInode: this.branch.nextInode,
    });
  }

  /** Drops what was computed. */
  #discard(): Promise<null> {
    return this.branch.background.call("discard", null);
  }
}

/** What of a branch a merge is about: what was saved last. */
export async function mergeSide(branch: Branch): Promise<MergeSide> {
  const { forks } = (await branch.background.call("branch", branch.name))!;
  return {
    label: branch.name,
    commits: [branch.head.id, ...forks],
    snapshot: branch.savedSnapshot,
  };
}

/** Where the merge left marks; none where it is complete. */
function markedPaths({ sources }: MergeOutcome): string[] {
  const marked = sources.filter(({ merged, conflicts }) => merged && conflicts.length > 0);
  return [...new Set(marked.flatMap(({ conflicts }) => conflicts.map(({ path }) => path)))];
}
