/**
 * Two directories side by side, name by name.
 *
 * @module
 */

import type { TreeEntry } from "../../store/trees/entry.ts";
import { differingEntries } from "../../store/trees/leaf_difference.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";
import { isIndex, type PageReference, readIndex, readLeaf } from "../../store/trees/tree_page.ts";

/** One name: what it is in either directory, null where it is not there. */
export type EntryPair = readonly [before: TreeEntry | null, after: TreeEntry | null];

/** All the names of both directories, in the order of their bytes. */
export function allPairs(store: Store, a: ObjectId | null, b: ObjectId | null): EntryPair[] {
  const before = store.readTree(a);
  if (a === b) return before.map((entry) => [entry, entry]);
  return joinByName(before, store.readTree(b));
}

/** As {@linkcode allPairs}, without those names (not necessarily all) that are sure to be the same in both. */
export function differingPairs(store: Store, a: ObjectId | null, b: ObjectId | null): EntryPair[] {
  if (a === b) return [];
  const x = a === null ? null : store.read(a);
  const y = b === null ? null : store.read(b);
  if (a !== null && b !== null && !isIndex(x!) && !isIndex(y!)) {
    return joinByName(...differingEntries(x!, a, y!, b));
  }
  const before = pagesOf(a, x);
  const after = pagesOf(b, y);
  // A page is named by the names in it, so one that both have covers the same names in both.
  const shared = new Set(before.map((page) => page.id));
  const common = new Set(after.map((page) => page.id).filter((id) => shared.has(id)));
  return joinByName(readPages(store, before, common), readPages(store, after, common));
}

function pagesOf(tree: ObjectId | null, bytes: Uint8Array | null): Pick<PageReference, "id">[] {
  if (tree === null) return [];
  return isIndex(bytes!) ? readIndex(bytes!, tree) : [{ id: tree }];
}

function readPages(
  store: Store,
  pages: readonly Pick<PageReference, "id">[],
  without: ReadonlySet<ObjectId>,
): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const { id } of pages) if (!without.has(id)) readLeaf(store.read(id), id, entries);
  return entries;
}

function joinByName(before: readonly TreeEntry[], after: readonly TreeEntry[]): EntryPair[] {
  const pairs: EntryPair[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const x = before[i] ?? null;
    const y = after[j] ?? null;
    const first = y === null || (x !== null && x.name < y.name);
    const both = x !== null && y !== null && x.name === y.name;
    pairs.push(both ? [x, y] : first ? [x, null] : [null, y]);
    if (both || first) i++;
    if (both || !first) j++;
  }
  return pairs;
}
