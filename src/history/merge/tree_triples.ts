/**
 * Three directories side by side, name by name.
 *
 * @module
 */

import type { TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";
import { sameRecord } from "../snapshots/link_changes.ts";
import { differingPairs } from "../snapshots/tree_pairs.ts";

/** One name: what it is in each directory, null where it is not there. */
export interface EntryTriple {
  readonly name: string;
  readonly base: TreeEntry | null;
  readonly ours: TreeEntry | null;
  readonly theirs: TreeEntry | null;
}

/**
 * The names that are not the very same in all three. Pages that all three share are not read.
 *
 * @param base tree objects; null for an empty directory or none
 */
export function differingTriples(
  store: Store,
  base: ObjectId | null,
  ours: ObjectId | null,
  theirs: ObjectId | null,
): EntryTriple[] {
  const triples = new Map<string, EntryTriple>();
  for (const [before, after] of differingPairs(store, base, ours)) {
    const { name } = (before ?? after)!;
    triples.set(name, { name, base: before, ours: after, theirs: before });
  }
  for (const [before, after] of differingPairs(store, base, theirs)) {
    const { name } = (before ?? after)!;
    const found = triples.get(name);
    // A name that is in no differing page of base and ours is in ours what it is in the base.
    if (found === undefined) triples.set(name, { name, base: before, ours: before, theirs: after });
    else triples.set(name, { ...found, theirs: after });
  }
  return [...triples.values()].filter(({ base, ours, theirs }) =>
    !sameEntry(base, ours) || !sameEntry(base, theirs)
  );
}

/** True if the entries are equal in every way, times and inode numbers included. */
function sameEntry(a: TreeEntry | null, b: TreeEntry | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.ino !== b.ino) return false;
  if (a.linked || b.linked) return a.linked && b.linked;
  return sameRecord(a, b);
}
