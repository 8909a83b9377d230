/**
 * Sees when very much is being deleted in a view of which something is not recorded.
 *
 * Files that go one soon after the other are a burst. It is told once in a burst: as soon as so many have gone, or later, when
 * something was made meanwhile that can be lost. Directories and empty files are not counted: a sandbox of an agent makes and
 * removes dozens of them for its own mounts with each command.
 *
 * @module
 */

import type { Removed } from "../tree/operations/put_back.ts";
import type { WorkingTree } from "../tree/working_tree.ts";

/** Longest time between two deletions of a burst, ms. */
const GAP_MS = 1_000;
/** Names of a burst that can be put back, the empty ones and directories included. */
const MOST_GONE = 10_000;

/** What tells whether anything but deletions is unrecorded. */
export interface RemovalTree extends Pick<WorkingTree, "isChanged"> {
  readonly journal: Pick<WorkingTree["journal"], "segment" | "records" | "retold">;
}

export class RemovalWatch {
  /** Deletions of the burst until it is looked again whether it is to be told; null: it was told. */
  #left: number | null;
  #last = -Infinity;
  /** All was recorded when this segment of the journal had so many records that are no deletions. */
  #clean = { segment: -1, others: 0 };
  /** Records of the segment that are deletions. */
  #removals = 0;
  #before = 0;
  /** What went one soon after the other, be it empty, of what the segment of the journal can tell. */
  #gone: Removed[] = [];
  #lastGone = -Infinity;
  #segment = -1;

  /** @param threshold deletions of a burst after which it is told */
  constructor(readonly threshold: number) {
    this.#left = threshold;
  }

  /** A name is about to go; `now` is `performance.now()`. */
  removing({ isChanged, journal }: RemovalTree, now: number): void {
    const { segment, records, retold } = journal;
    if (now - this.#last > GAP_MS) this.#left = this.threshold;
    if (now - this.#lastGone > GAP_MS || segment !== this.#segment) this.#gone = [];
    this.#lastGone = now;
    this.#segment = segment;
    if (!isChanged) {
      this.#clean = { segment, others: records - retold };
      this.#removals = 0;
    }
    this.#before = records;
  }

  /** It has gone. True: now it is very much, and could be lost. */
  removed({ journal }: RemovalTree, now: number, removed: Removed): boolean {
    const { segment, records, retold } = journal;
    const { directory, size } = removed.inode;
    this.#removals += records - this.#before;
    if (this.#left !== null && this.#gone.length < MOST_GONE) this.#gone.push(removed);
    if (directory !== null || size === 0) return false;
    this.#last = now;
    if (this.#left === null || --this.#left > 0) return false;
    // What a segment has that began since is not recorded.
    const isWorthIt = segment !== this.#clean.segment ||
      records - retold - this.#removals > this.#clean.others;
    this.#left = isWorthIt ? null : this.threshold;
    // All of it is recorded.
    if (!isWorthIt) this.#gone = [];
    return isWorthIt;
  }

  /** What went before and with what was told, in its order; once. */
  takeGone(): readonly Removed[] {
    const gone = this.#gone;
    this.#gone = [];
    return gone;
  }
}
