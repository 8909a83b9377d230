/**
 * Gives the inodes of a merge's result their numbers.
 *
 * What stays of ours keeps its numbers. What comes from theirs keeps them too unless they stand for something else
 * in the result. Only nodes have to be asked: elsewhere all three snapshots are the same, so that theirs itself
 * uses the numbers there for the same inodes.
 *
 * @module
 */

import type { MergeNode } from "./merge_node.ts";

export class InodeNumbers {
  /** The highest number that was brought or given; 0 for none. */
  highest = 0;
  readonly #used = new Set<number>();
  readonly #allocate: () => number;

  /** @param nodes decided */
  constructor(nodes: readonly MergeNode[], allocate: () => number) {
    this.#allocate = allocate;
    for (const { outcome, held } of nodes) {
      if (outcome.type === "held" && held !== null) this.#used.add(held.record.ino);
      if (outcome.type === "inode" && !outcome.separate) this.#used.add(outcome.record.ino);
    }
  }

  /** Takes a number if it is free. To be called for all that are wanted before any is given. */
  claim(ino: number): boolean {
    if (this.#used.has(ino)) return false;
    this.#take(ino);
    return true;
  }

  /** A number that is not in use. */
  give(): number {
    let ino = this.#allocate();
    while (this.#used.has(ino)) ino = this.#allocate();
    this.#take(ino);
    return ino;
  }

  #take(ino: number): void {
    this.#used.add(ino);
    this.highest = Math.max(this.highest, ino);
  }
}
