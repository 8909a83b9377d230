/**
 * The three-way merge of snapshots. docs/merge.md says what it does with what.
 *
 * @module
 */

import type { Snapshot } from "../../store/trees/entry.ts";
import type { StoreWriter } from "../../store/store_writer.ts";
import { countChanges } from "../diff/diff.ts";
import { emptyTotals } from "../snapshots/totals.ts";
import { assemble } from "./assemble.ts";
import { ConflictList } from "./conflict_list.ts";
import { decide } from "./decide.ts";
import { followRenames } from "./follow_renames.ts";
import { LinkMerge } from "./merge_links.ts";
import { isDirectorySide, type MergeNode } from "./merge_node.ts";
import type { MergeOptions, MergeResult } from "./merge_types.ts";
import type { PathSet } from "../snapshots/path_set.ts";
import { PathFilter } from "./path_filter.ts";
import { placeInodes } from "./place_inodes.ts";
import { SharedInodes } from "./shared_inodes.ts";
import { linksOf, walkThree } from "./three_way_walk.ts";

/**
 * Merges what `theirs` changed since `base` into `ours`. Kind, mode, owner, content and extended attributes are
 * compared, never times or inode numbers. The cost follows what either side changed since the base.
 *
 * Puts objects only: whoever does not want the result discards them. Throws what the store throws.
 *
 * @param base a common ancestor, or the last import when the source is merged in again; {@linkcode emptyBase}
 * where there is none
 *
 * @example
 * ```ts
 * const { snapshot, conflicts } = mergeSnapshots(store, base.snapshot, mine, other.snapshot, {
 *   strategy: "conflict",
 *   labels: { ours: "main", theirs: "agent-1" },
 *   allocateInode: () => nextInode++,
 * });
 * ```
 */
export function mergeSnapshots(
  store: StoreWriter,
  base: Snapshot,
  ours: Snapshot,
  theirs: Snapshot,
  options: MergeOptions,
): MergeResult {
  const { strategy, labels, now = Date.now() } = options;
  const settings = { strategy, labels, now };
  const filter = new PathFilter(options.paths);
  const conflicts = new ConflictList(strategy);
  const links = linksOf(store, base, ours, theirs);
  const nodes = walkThree(store, base, ours, theirs, links);
  if (!filter.isEverything) leaveOut(nodes, filter);
  const shared = new SharedInodes(nodes, links);
  followRenames(store, nodes, shared, conflicts);
  decide(store, nodes, shared, conflicts, settings);
  const linkMerge = new LinkMerge(store, { base, ours, theirs }, links, shared);
  const linkRecords = linkMerge.run(filter, conflicts, settings);
  const placed = placeInodes(
    nodes,
    shared,
    (ino) => links.ours.get(ino),
    linkRecords.moved,
    () => options.allocateInode(),
  );
  const snapshot = assemble(store, ours, nodes, placed, linkRecords.table, now);
  return {
    snapshot,
    conflicts: conflicts.conflicts,
    decided: conflicts.decided,
    changes: countChanges(store, ours, snapshot),
    highestInode: placed.highestInode,
  };
}

/** A base for snapshots that have nothing in common: an empty root. */
export function emptyBase({ root }: Snapshot): Snapshot {
  return { root: { ...root, content: null, ...emptyTotals() }, links: null };
}

/** Makes theirs the same as the base wherever nothing is to be merged. */
function leaveOut(nodes: readonly MergeNode[], { paths }: PathFilter): void {
  const inside = new Set<MergeNode>();
  /** Those that lead to a path. */
  const leading = new Map<MergeNode, PathSet>();
  for (const node of nodes) {
    const { parent, name } = node;
    const at = parent === null ? paths : leading.get(parent)?.below.get(name);
    if (at?.isMember || (parent !== null && inside.has(parent))) {
      inside.add(node);
      continue;
    }
    if (at !== undefined) leading.set(node, at);
    node.outside = true;
    const leads = at !== undefined && isDirectorySide(node.theirs) && !isDirectorySide(node.base);
    if (!leads) node.theirs = node.base;
  }
}
