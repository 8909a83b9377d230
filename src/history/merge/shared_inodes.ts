/**
 * Hard-linked inodes that the snapshots of a merge have in common.
 *
 * An inode number means the same inode in ours and theirs only if the base has it too: two branches give the same
 * numbers to different new files.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import { isDirectorySide, type MergeNode, type Side } from "./merge_node.ts";
import type { ThreeLinks } from "./three_way_walk.ts";

export type Which = "base" | "ours" | "theirs";

export class SharedInodes {
  /** Numbers seen as hard links in any snapshot and known to the base → names left if both sides' changes are made. */
  readonly #names = new Map<number, number>();
  readonly #links: ThreeLinks;
  /** Of numbers that are a hard link elsewhere: the ordinary files that have them. */
  readonly #ordinary: Readonly<Record<Which, Map<number, MergeNode>>> = {
    base: new Map(),
    ours: new Map(),
    theirs: new Map(),
  };

  constructor(nodes: readonly MergeNode[], links: ThreeLinks) {
    this.#links = links;
    const linked = new Set<number>();
    for (const { base, ours, theirs } of nodes) {
      for (const side of [base, ours, theirs]) if (side?.linked) linked.add(side.record.ino);
    }
    if (linked.size === 0) return;
    for (const node of nodes) {
      for (const which of ["base", "ours", "theirs"] as const) {
        const side = node[which];
        if (side === null || side.linked || isDirectorySide(side)) continue;
        if (linked.has(side.record.ino)) this.#ordinary[which].set(side.record.ino, node);
      }
    }
    for (const ino of linked) {
      if (this.record("base", ino) !== null) this.#names.set(ino, this.#linkedNames(ino));
    }
    for (const node of nodes) this.#countNames(node);
  }

  /** The numbers, of those that were come across. */
  numbers(): Iterable<number> {
    return this.#names.keys();
  }

  /** The inode that a side names, if it is one of these. */
  of(side: Side | null): number | null {
    if (side === null || isDirectorySide(side)) return null;
    return this.#names.has(side.record.ino) ? side.record.ino : null;
  }

  /** Names that the inode has left when both sides' changes of names are made. */
  namesLeft(ino: number): number {
    return this.#names.get(ino) ?? 0;
  }

  /** True if the path, at which ours has the inode as an ordinary file, is still a name of it. */
  keeps({ outcome }: MergeNode, ino: number): boolean {
    switch (outcome.type) {
      case "held":
        return true;
      case "inode":
        return !outcome.separate;
      case "theirs":
        return this.of(outcome.side) === ino;
      case "none":
        return false;
    }
  }

  /** What a snapshot has under a number, null if it does not have it. */
  record(which: Which, ino: number): InodeRecord | null {
    return this.#links[which].get(ino) ?? this.#ordinary[which].get(ino)?.[which]?.record ?? null;
  }

  /** The path at which a snapshot has the number as an ordinary file. */
  ordinary(which: Which, ino: number): MergeNode | null {
    return this.#ordinary[which].get(ino) ?? null;
  }

  /** Names in ours; those that were walked over are taken off one by one. */
  #linkedNames(ino: number): number {
    return this.#links.ours.get(ino)?.nlink ?? 0;
  }

  #countNames({ base, ours, theirs }: MergeNode): void {
    const [b, o, t] = [this.of(base), this.of(ours), this.of(theirs)];
    if (o !== null && ours!.linked) this.#add(o, -1);
    if (o !== null && (o === t || o !== b)) this.#add(o, 1);
    if (t !== null && t !== o && t !== b) this.#add(t, 1);
  }

  #add(ino: number, count: number): void {
    this.#names.set(ino, this.#names.get(ino)! + count);
  }
}
