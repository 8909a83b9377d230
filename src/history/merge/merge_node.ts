/**
 * A path at which the three snapshots of a merge are not all the same.
 *
 * @module
 */

import { type InodeRecord, S_IFDIR, S_IFMT } from "../../store/trees/entry.ts";

/** What one snapshot has at a path. */
export interface Side {
  readonly record: InodeRecord;
  /** True for a name of a hard-linked inode: its record is in the link table, under `record.ino`. */
  readonly linked: boolean;
}

/**
 * What a path becomes.
 *
 * - `held`: as ours has it, be it nothing
 * - `theirs`: as theirs has it
 * - `inode`: a record that comes from neither side alone, or from another path of ours; `separate` if it must not be
 *   the inode that ours has, which has other names or goes on under them
 * - `none`: nothing
 */
export type Outcome =
  | { readonly type: "held" }
  | { readonly type: "theirs"; readonly side: Side }
  | { readonly type: "inode"; readonly record: InodeRecord; readonly separate: boolean }
  | { readonly type: "none" };

export const HELD: Outcome = { type: "held" };
export const NONE: Outcome = { type: "none" };

export class MergeNode {
  readonly parent: MergeNode | null;
  /** Binary strings; "" for the root. */
  readonly name: string;
  readonly path: string;
  /** What is merged. A rename that is followed moves these to the new path. */
  base: Side | null;
  ours: Side | null;
  theirs: Side | null;
  /** What ours has at this path, whatever is merged here. */
  readonly held: Side | null;
  /** What theirs has at this path, whatever is merged here. */
  readonly offered: Side | null;
  outcome: Outcome = HELD;
  /** The outcome was decided together with another node's. */
  settled = false;
  /** Outside of the paths that are merged: made only if something that is merged needs it. */
  outside = false;
  /** One side deleted what the other changed or moved, here or below. */
  contested = false;
  /** Set bottom-up: something is at this path in the result. */
  live = false;
  /** Set bottom-up: something is below this path in the result. */
  liveBelow = false;

  constructor(
    parent: MergeNode | null,
    name: string,
    base: Side | null,
    ours: Side | null,
    theirs: Side | null,
  ) {
    this.parent = parent;
    this.name = name;
    this.path = parent === null || parent.path === "" ? name : `${parent.path}/${name}`;
    this.base = base;
    this.ours = ours;
    this.theirs = theirs;
    this.held = ours;
    this.offered = theirs;
  }
}

declare const directory: unique symbol;

/** A side that is known to be a directory. */
export type DirectorySide = Side & { readonly [directory]: true };

/** True for a directory; narrows null away. */
export function isDirectorySide(side: Side | null): side is DirectorySide {
  return side !== null && (side.record.mode & S_IFMT) === S_IFDIR;
}
