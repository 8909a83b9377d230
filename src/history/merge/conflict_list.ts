/**
 * Collects the conflicts of a merge.
 *
 * @module
 */

import type { InodeRecord } from "../../store/trees/entry.ts";
import { recordOf } from "../snapshots/record.ts";
import type { MergeNode } from "./merge_node.ts";
import type { ConflictKind, MergeConflict, MergeStrategy } from "./merge_types.ts";

type Records = Pick<MergeConflict, "base" | "ours" | "theirs" | "oursPath" | "theirsPath">;

export class ConflictList {
  readonly #strategy: MergeStrategy;
  readonly #conflicts: MergeConflict[] = [];
  readonly #decided: MergeConflict[] = [];

  constructor(strategy: MergeStrategy) {
    this.#strategy = strategy;
  }

  /** A conflict that is not between lines of text. Returns the side that the strategy gives it to. */
  settle(path: string, kind: ConflictKind, records: Records): "ours" | "theirs" {
    const decides = this.#strategy === "ours" || this.#strategy === "theirs";
    this.add(path, decides ? [] : [kind], decides ? [kind] : [], records);
    return this.#strategy === "theirs" ? "theirs" : "ours";
  }

  add(
    path: string,
    conflicts: readonly ConflictKind[],
    decided: readonly ConflictKind[],
    records: Records,
  ): void {
    for (const kind of conflicts) this.#conflicts.push({ path, kind, ...records });
    for (const kind of decided) this.#decided.push({ path, kind, ...records });
  }

  get conflicts(): MergeConflict[] {
    return this.#conflicts.toSorted(byPath);
  }

  get decided(): MergeConflict[] {
    return this.#decided.toSorted(byPath);
  }
}

/** What the sides have at a node, and where it was moved to. */
export function recordsOf(node: MergeNode): Records {
  const [base, ours, theirs] = [node.base, node.ours, node.theirs].map((side) =>
    side === null ? null : plain(side.record)
  );
  return { base: base!, ours: ours!, theirs: theirs! };
}

/** A record without the name that an entry has on top. */
export function plain(record: InodeRecord): InodeRecord {
  return recordOf(record);
}

function byPath(a: MergeConflict, b: MergeConflict): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0;
}
