/**
 * Brings what one side did to a file to where the other side moved it.
 *
 * @module
 */

import type { Store } from "../../store/store.ts";
import { kindsDiffer } from "../snapshots/compare_records.ts";
import { type ConflictList, plain } from "./conflict_list.ts";
import { HELD, isDirectorySide, type MergeNode, NONE, type Side } from "./merge_node.ts";
import { isUnchanged } from "./merge_record.ts";
import { findRenames, type Renames } from "./renames.ts";
import type { SharedInodes } from "./shared_inodes.ts";

/** Changes the nodes so that a moved file is merged at its new path; settles those that cannot be. */
export function followRenames(
  store: Store,
  nodes: readonly MergeNode[],
  shared: SharedInodes,
  conflicts: ConflictList,
): void {
  const ours = withRoom(findRenames(store, nodes, "ours", shared));
  const theirs = withRoom(findRenames(store, nodes, "theirs", shared));
  for (const from of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, other] = [ours.get(from), theirs.get(from)];
    if (mine !== undefined && other !== undefined) movedTwice(from, mine, other, conflicts);
    else if (mine !== undefined) movedByOurs(from, mine, shared, conflicts);
    else movedByTheirs(from, other!, shared, conflicts);
  }
}

/** Without renames to places where one side has a directory and the other something else, unless it is the file itself. */
function withRoom(renames: Renames): Renames {
  const isContested = (node: MergeNode, from: MergeNode): boolean => {
    for (let at: MergeNode | null = node; at !== null; at = at.parent) {
      if (at !== from && isMixed(at)) return true;
    }
    return false;
  };
  return new Map([...renames].filter(([from, to]) => !isContested(to, from)));
}

/** True if one side has a directory and the other something that is none. */
export function isMixed({ ours, theirs }: MergeNode): boolean {
  return ours !== null && theirs !== null && isDirectorySide(ours) !== isDirectorySide(theirs);
}

function movedTwice(from: MergeNode, mine: MergeNode, other: MergeNode, conflicts: ConflictList) {
  if (mine === other) {
    mine.base = from.base;
    return;
  }
  const side = conflicts.settle(from.path, "rename/rename", {
    base: plain(from.base!.record),
    ours: plain(mine.ours!.record),
    theirs: plain(other.theirs!.record),
    oursPath: mine.path,
    theirsPath: other.path,
  });
  mine.contested = other.contested = true;
  if (other.ours === null) settle(other, side === "theirs");
  if (mine.theirs === null && side === "theirs") settle(mine, true);
}

function movedByOurs(
  from: MergeNode,
  to: MergeNode,
  shared: SharedInodes,
  conflicts: ConflictList,
): void {
  if (to.theirs !== null) return;
  if (isGone(from, from.theirs)) {
    const side = conflicts.settle(from.path, "rename/delete", {
      base: plain(from.base!.record),
      ours: plain(to.ours!.record),
      theirs: null,
      oursPath: to.path,
    });
    from.base = null;
    to.contested = true;
    if (side === "theirs") settle(to, true);
  } else if (isEdited(from, from.theirs!, shared)) {
    to.base = from.base;
    to.theirs = from.theirs;
    from.base = from.theirs = null;
  }
}

function movedByTheirs(
  from: MergeNode,
  to: MergeNode,
  shared: SharedInodes,
  conflicts: ConflictList,
): void {
  if (to.ours !== null) return;
  if (isGone(from, from.ours)) {
    const side = conflicts.settle(from.path, "delete/rename", {
      base: plain(from.base!.record),
      ours: null,
      theirs: plain(to.theirs!.record),
      theirsPath: to.path,
    });
    from.base = null;
    to.contested = true;
    settle(to, side === "theirs");
  } else if (isEdited(from, from.ours!, shared)) {
    to.base = from.base;
    to.ours = from.ours;
    from.base = from.ours = null;
  }
}

/** Gives the node to one side. */
function settle(node: MergeNode, toTheirs: boolean): void {
  node.settled = true;
  if (!toTheirs) node.outcome = HELD;
  else node.outcome = node.theirs === null ? NONE : { type: "theirs", side: node.theirs };
}

/** True if the side does not have the file any more, but nothing, or something of another kind. */
function isGone(from: MergeNode, side: Side | null): boolean {
  return side === null || kindsDiffer(from.base!.record, side.record);
}

/** A path that became a name of another inode is no edit of what was there. */
function isEdited(from: MergeNode, side: Side, shared: SharedInodes): boolean {
  return !side.linked && shared.of(side) === null &&
    !isUnchanged(from.base!.record, side.record);
}
