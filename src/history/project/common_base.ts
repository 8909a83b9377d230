/**
 * What a commit of a branch and the project have in common: the base of a refresh and of an apply.
 *
 * The row of the branch says what it was when the branch had come to some point. Between that point and the commit there may
 * be refreshes, which brought the project's changes into the branch: one that the commit has and the point has not moves the
 * base on, one that the point has and the commit has not (it was rolled back) moves the base back. So what the project's
 * people did is in the base exactly where it is in the branch, and an apply never takes it from them; and work of the
 * branch that was applied stays in the base when the branch is rolled back, so that the next apply takes it back. The undo of
 * something that a refresh was part of is a refresh the other way round.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { type CommitInfo, sameSnapshot } from "../commits/commit.ts";
import { commitsApart } from "../commits/commits_apart.ts";
import type { History } from "../history.ts";
import { emptyBase, mergeSnapshots } from "../merge/merge_snapshots.ts";
import { BaseTable } from "../refs/base_table.ts";

export interface CommonBase {
  readonly snapshot: Snapshot;
  /** The commit that has this snapshot, null where none has. */
  readonly commit: ObjectId | null;
  /** Something that is needed to know is lost: it is the import, or nothing, so that there are more conflicts. */
  readonly isGuessed: boolean;
}

/** Puts objects; commits nothing. */
export function commonBase(
  store: StoreWriter,
  history: History,
  branch: string,
  at: ObjectId,
): CommonBase {
  try {
    return new BaseSearch(store, history).run(branch, at);
  } catch (error) {
    if (!(error instanceof LostBase)) throw error;
    return { ...imported(history, at), isGuessed: true };
  }
}

/** What is in common after an undo. */
export interface CommonWithout {
  readonly snapshot: Snapshot;
  /** What was before it. */
  readonly base: CommonBase;
}

/**
 * What a branch at `head` and the project have in common when what happened from commit `before` to `after` is undone; null
 * where that changes nothing. Puts objects; commits nothing.
 */
export function commonWithout(
  store: StoreWriter,
  history: History,
  branch: string,
  { before, after, head }: Record<"before" | "after" | "head", ObjectId>,
): CommonWithout | null {
  const at = (id: ObjectId) => commonBase(store, history, branch, id);
  const [was, is, base] = [at(before), at(after), at(head)];
  if (sameSnapshot(was.snapshot, is.snapshot)) return null;
  const { snapshot } = mergeCommon(store, history, base.snapshot, is.snapshot, was.snapshot);
  return sameSnapshot(snapshot, base.snapshot) ? null : { snapshot, base };
}

/** Brings what the project became from `from` to `to` into what is in common. */
function mergeCommon(
  store: StoreWriter,
  history: History,
  common: Snapshot,
  from: Snapshot,
  to: Snapshot,
): { snapshot: Snapshot } {
  let next = history.nextInode();
  return mergeSnapshots(store, from, common, to, {
    strategy: "theirs",
    labels: { ours: "base", theirs: "project" },
    allocateInode: () => next++,
  });
}

class LostBase extends Error {}

class BaseSearch {
  readonly #store: StoreWriter;
  readonly #history: History;

  constructor(store: StoreWriter, history: History) {
    this.#store = store;
    this.#history = history;
  }

  run(branch: string, at: ObjectId): CommonBase {
    const known = new BaseTable(this.#store.database).get(branch);
    if (known === null) return this.#sinceImport(at);
    const base = this.#whole(known.base);
    return this.#moved({ snapshot: base.snapshot, commit: base.id }, known.point, at);
  }

  #sinceImport(at: ObjectId): CommonBase {
    const { commit, snapshot } = imported(this.#history, at);
    return commit === null
      ? { commit, snapshot, isGuessed: true }
      : this.#moved({ commit, snapshot }, commit, at);
  }

  #moved(
    base: { snapshot: Snapshot; commit: ObjectId | null },
    point: ObjectId,
    at: ObjectId,
  ): CommonBase {
    const info = (id: ObjectId) => this.#history.commitInfo(id);
    const { own: back, other: on } = commitsApart(info, point, at);
    let moved = base;
    for (const { project, before } of this.#refreshes(back)) {
      moved = this.#move(moved, project, before);
    }
    for (const { project, before } of this.#refreshes(on).reverse()) {
      moved = this.#move(moved, before, project);
    }
    return { ...moved, isGuessed: false };
  }

  /** What the project was for each refresh, and what had been common before it. */
  #refreshes(commits: readonly CommitInfo[]): { project: CommitInfo; before: CommitInfo }[] {
    return commits.filter((commit) => this.#isRefresh(commit)).map(({ parents }) => {
      const project = this.#whole(parents[1]);
      return { project, before: this.#whole(project.parents[0]) };
    });
  }

  /** An undo may be one too. What else it has as a second parent is where another branch began. */
  #isRefresh({ kind, parents: [, second] }: CommitInfo): boolean {
    if (kind === "refresh") return true;
    return kind === "revert" && second !== undefined && this.#info(second).kind === "project";
  }

  #move(
    base: { snapshot: Snapshot; commit: ObjectId | null },
    from: CommitInfo,
    to: CommitInfo,
  ): { snapshot: Snapshot; commit: ObjectId | null } {
    if (sameSnapshot(base.snapshot, from.snapshot)) return { snapshot: to.snapshot, commit: to.id };
    const [store, history] = [this.#store, this.#history];
    const { snapshot } = mergeCommon(store, history, base.snapshot, from.snapshot, to.snapshot);
    return { snapshot, commit: null };
  }

  #whole(id: ObjectId | undefined): CommitInfo {
    const commit = this.#info(id);
    if (commit.compacted) throw new LostBase();
    return commit;
  }

  #info(id: ObjectId | undefined): CommitInfo {
    if (id === undefined) throw new LostBase();
    try {
      return this.#history.commitInfo(id);
    } catch {
      throw new LostBase();
    }
  }
}

function imported(history: History, at: ObjectId): Omit<CommonBase, "isGuessed"> {
  const commit = history.importCommit();
  if (commit !== null && !commit.compacted) {
    return { snapshot: commit.snapshot, commit: commit.id };
  }
  return { snapshot: emptyBase(history.commitInfo(at).snapshot), commit: null };
}
