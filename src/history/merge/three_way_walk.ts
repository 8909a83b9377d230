/**
 * Three snapshots walked together. A directory that is the same tree in all three is not read.
 *
 * @module
 */

import type { Snapshot, TreeEntry } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";
import type { Store } from "../../store/store.ts";
import { LinkLookup } from "../snapshots/link_lookup.ts";
import { isDirectorySide, MergeNode, type Side } from "./merge_node.ts";
import { differingTriples } from "./tree_triples.ts";

/** The link tables of the three snapshots. */
export interface ThreeLinks {
  readonly base: LinkLookup;
  readonly ours: LinkLookup;
  readonly theirs: LinkLookup;
}

export function linksOf(
  store: Store,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
): ThreeLinks {
  return {
    base: new LinkLookup(store, base.links),
    ours: new LinkLookup(store, ours.links),
    theirs: new LinkLookup(store, theirs.links),
  };
}

/**
 * Every path at which the three differ in any way, the root first, each directory before what is in it. Below a path
 * that only some of them have as a directory, all that those have.
 */
export function walkThree(
  store: Store,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
  links: ThreeLinks,
): MergeNode[] {
  const root = new MergeNode(null, "", rootSide(base), rootSide(ours), rootSide(theirs));
  const nodes = [root];
  // The list is its own queue: breadth first, so that no tree is too deep for the call stack.
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!;
    const [b, o, t] = [treeOf(node.base), treeOf(node.ours), treeOf(node.theirs)];
    if (b === o && b === t) continue;
    for (const triple of differingTriples(store, b, o, t)) {
      nodes.push(
        new MergeNode(
          node,
          triple.name,
          sideOf(triple.base, links.base),
          sideOf(triple.ours, links.ours),
          sideOf(triple.theirs, links.theirs),
        ),
      );
    }
  }
  return nodes;
}

function rootSide({ root }: Snapshot): Side {
  return { record: root, linked: false };
}

function treeOf(side: Side | null): ObjectId | null {
  return isDirectorySide(side) ? side.record.content : null;
}

function sideOf(entry: TreeEntry | null, links: LinkLookup): Side | null {
  if (entry === null) return null;
  if (!entry.linked) return { record: entry, linked: false };
  const record = links.get(entry.ino);
  return record === null ? null : { record, linked: true };
}
