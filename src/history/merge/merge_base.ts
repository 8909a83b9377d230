/**
 * The common ancestor that two commits are merged against.
 *
 * @module
 */

import type { ObjectId } from "../../store/format/object_id.ts";
import type { CommitInfo } from "../commits/commit.ts";
import { lineage } from "../commits/lineage.ts";
import type { History } from "../history.ts";

type Commits = Pick<History, "commitInfo">;

/** How far clocks may have been set back between two commits, milliseconds. */
const CLOCK_SLACK = 24 * 60 * 60 * 1000;

/** Reached from the first commit, from the second, and from a common ancestor that was found. */
const FIRST = 1;
const SECOND = 2;
const BOTH = FIRST | SECOND;
const STALE = 4;

/**
 * The best common ancestor of two commits, over all parents: one that no other common ancestor comes after. Where
 * branches were merged into each other there can be several; then it is the newest, of equally new ones that with the
 * lowest id, so the answer is the same whichever commit is first. Null if the two have nothing in common.
 * Several commits on one side stand for a merge of them.
 *
 * Reads the commits that the two do not share and a few more (those made less than a day before the ancestor, where
 * there are several to choose from).
 *
 * Throws {@linkcode HistoryError} `unknown_ref` or `corrupt_commit`.
 */
export function mergeBase(
  history: Commits,
  a: ObjectId | readonly ObjectId[],
  b: ObjectId | readonly ObjectId[],
): CommitInfo | null {
  return mergeBases(history, a, b)[0] ?? null;
}

/** All best common ancestors, the one that {@linkcode mergeBase} gives first. */
export function mergeBases(
  history: Commits,
  a: ObjectId | readonly ObjectId[],
  b: ObjectId | readonly ObjectId[],
): CommitInfo[] {
  return new Search(history).run([a].flat(), [b].flat());
}

class Search {
  readonly #history: Commits;
  readonly #commits = new Map<ObjectId, CommitInfo>();
  readonly #flags = new Map<ObjectId, number>();
  /** Waiting to pass their flags on; oldest first. */
  readonly #queue: CommitInfo[] = [];
  readonly #waiting = new Set<CommitInfo>();
  /** Waiting and not stale. */
  #open = 0;

  constructor(history: Commits) {
    this.#history = history;
  }

  run(a: readonly ObjectId[], b: readonly ObjectId[]): CommitInfo[] {
    for (const id of a) this.#reach(id, FIRST);
    for (const id of b) this.#reach(id, SECOND);
    const found = new Set<CommitInfo>();
    while (this.#open > 0) this.#step(found);
    // Another ancestor may have been found through a longer way: those it comes after are none of the best.
    const oldest = Math.min(...[...found].map((commit) => commit.time)) - CLOCK_SLACK;
    while (found.size > 1 && (this.#queue.at(-1)?.time ?? -Infinity) >= oldest) this.#step(found);
    return [...found].filter((commit) => !this.#isStale(commit)).sort((x, y) =>
      y.time - x.time || (x.id < y.id ? -1 : 1)
    );
  }

  /** Passes on the flags of the newest commit that waits. */
  #step(found: Set<CommitInfo>): void {
    const commit = this.#queue.pop()!;
    this.#waiting.delete(commit);
    const flags = this.#flags.get(commit.id)!;
    if (!(flags & STALE)) this.#open--;
    const isCommon = (flags & BOTH) === BOTH;
    if (isCommon && !(flags & STALE)) found.add(commit);
    for (const parent of lineage(commit)) this.#reach(parent, isCommon ? flags | STALE : flags);
  }

  #reach(id: ObjectId, flags: number): void {
    const before = this.#flags.get(id) ?? 0;
    const after = before | flags;
    if (after === before) return;
    this.#flags.set(id, after);
    const commit = this.#commits.get(id) ?? this.#load(id);
    const waiting = this.#waiting.has(commit);
    if (waiting && !(before & STALE) && after & STALE) this.#open--;
    if (waiting) return;
    if (!(after & STALE)) this.#open++;
    this.#waiting.add(commit);
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#queue[middle]!.time > commit.time) high = middle;
      else low = middle + 1;
    }
    this.#queue.splice(low, 0, commit);
  }

  #load(id: ObjectId): CommitInfo {
    const commit = this.#history.commitInfo(id);
    this.#commits.set(id, commit);
    return commit;
  }

  #isStale(commit: CommitInfo): boolean {
    return (this.#flags.get(commit.id)! & STALE) !== 0;
  }
}
