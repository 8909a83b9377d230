/**
 * What a merge is asked for and what it answers.
 *
 * @module
 */

import type { InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { ChangeCounts } from "../commits/commit.ts";

/**
 * What becomes of conflicts; what does not conflict is merged in the same way under each.
 *
 * - `conflict`: the path stays as ours has it and is reported
 * - `ours`, `theirs`: that side decides, of text the conflicting lines only
 * - `union`: conflicting lines of text are all kept, ours before theirs; other conflicts stay as under `conflict`
 * - `markers`: conflicting lines of text are written between git's conflict markers, with the base, and are reported
 *   as well; other conflicts stay as under `conflict`
 */
export type MergeStrategy = "conflict" | "ours" | "theirs" | "union" | "markers";

/**
 * What two sides did to one path, ours first.
 *
 * - `edit/edit`: both changed the content, and not only different lines of text; devices count as content
 * - `add/add`: both made the path, with different content
 * - `symlink`: both changed the target
 * - `edit/delete`, `delete/edit`: one changed what the other deleted
 * - `mode`, `owner`, `xattrs`: both changed the same attribute to different values
 * - `type`: the sides have files of different kinds, none a directory
 * - `file/directory`, `directory/file`: one has a directory with changes where the other has something else
 * - `rename/delete`, `delete/rename`: one moved what the other deleted
 * - `rename/rename`: both moved it, to different paths
 */
export type ConflictKind =
  | "edit/edit"
  | "add/add"
  | "symlink"
  | "edit/delete"
  | "delete/edit"
  | "mode"
  | "owner"
  | "xattrs"
  | "type"
  | "file/directory"
  | "directory/file"
  | "rename/delete"
  | "delete/rename"
  | "rename/rename";

/** One conflict. A path has one for each kind at most. */
export interface MergeConflict {
  /** Binary string: where it is merged. Of `rename/…` and `…/rename` the path in the base. */
  readonly path: string;
  readonly kind: ConflictKind;
  /** What each side has, null where it has nothing. A side that moved it: what it has at the new path. */
  readonly base: InodeRecord | null;
  readonly ours: InodeRecord | null;
  readonly theirs: InodeRecord | null;
  /** Where ours has it, if not at {@linkcode path}. */
  readonly oursPath?: string;
  /** Where theirs has it, if not at {@linkcode path}. */
  readonly theirsPath?: string;
}

export interface MergeOptions {
  readonly strategy: MergeStrategy;
  /** What conflict markers call the sides: UTF-8, no line feeds. */
  readonly labels: { readonly ours: string; readonly theirs: string };
  /** A number no inode of the branch has or had. */
  allocateInode(): number;
  /**
   * Only what theirs changed at these paths and below them (binary strings, "" for everything); the rest stays as ours.
   * A change goes where ours moved the file.
   */
  readonly paths?: readonly string[];
  /** Time of inodes that come from neither side alone, milliseconds since 1970. Default: the current time. */
  readonly now?: number;
}

export interface MergeResult {
  /** The merged state. Paths in conflict are as the strategy leaves them. */
  readonly snapshot: Snapshot;
  /** What is left to be settled, by path; empty if the merge is clean. */
  readonly conflicts: readonly MergeConflict[];
  /** Conflicts that the strategy has decided, by path. */
  readonly decided: readonly MergeConflict[];
  /** Paths of {@linkcode snapshot} that differ from ours. */
  readonly changes: ChangeCounts;
  /** The highest inode number that was brought or given; the branch's next new file needs a higher one. 0 for none. */
  readonly highestInode: number;
}
