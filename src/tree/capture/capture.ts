/**
 * What a checkpoint takes from the working tree in one instant: the difference to the snapshot
 * the tree was last saved as. It is plain data, so it can be posted to another thread, and it refers to
 * file bytes only where they can no longer change (store objects and finished journal segments). It is flat: what
 * copies plain data recurses into it, so directories stand in a list and name each other by index.
 *
 * @module
 */

import type { ContentId, InodeRecord, Snapshot } from "../../store/trees/entry.ts";
import type { ObjectId } from "../../store/format/object_id.ts";

/** Attributes of a changed inode. `size` of a directory is left 0: the builder adds it up. */
export interface CapturedAttributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly ctimeSec: number;
  readonly ctimeNsec: number;
  /** Object the attributes are stored as already, or their names (binary strings) and values. */
  readonly xattrs: ObjectId | null | ReadonlyMap<string, Uint8Array>;
}

/**
 * Bytes of a changed file: `base`, of which the first `baseSize` bytes show, covered by sorted,
 * non-overlapping extents; zeros elsewhere up to the file's size.
 *
 * Extent i covers file bytes `[offsets[i], offsets[i] + lengths[i])`. Its bytes are
 * - `sources[i] === EXTENT_ZERO`: zeros;
 * - `sources[i] >= 0`: journal segment of that number, starting at byte `positions[i]`;
 * - `sources[i] <= -2`: stored content `references[-2 - sources[i]]`, starting at byte `positions[i]`.
 */
export interface CapturedOverlay {
  readonly base: ContentId;
  /** Size of `base` in full, bytes. */
  readonly baseLength: number;
  /** Bytes of `base` that show, from its start. */
  readonly baseSize: number;
  readonly offsets: Float64Array;
  readonly lengths: Float64Array;
  readonly sources: Float64Array;
  readonly positions: Float64Array;
  readonly references: readonly (ContentId & { readonly size: number })[];
}

export type CapturedContent =
  | { readonly type: "stored"; readonly content: ObjectId | null; readonly chunked: boolean }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "overlay"; readonly overlay: CapturedOverlay };

/** A changed or new inode that is not a directory. */
export interface CapturedFile {
  readonly type: "file";
  /** Index into the build's results. */
  readonly slot: number;
  readonly attributes: CapturedAttributes;
  readonly content: CapturedContent;
}

/** A changed or new directory. */
export interface CapturedDirectory {
  readonly slot: number;
  readonly attributes: CapturedAttributes;
  /** Tree object the changes apply to; null for an empty one. */
  readonly base: ObjectId | null;
  /** Name → what it is now; null if it is gone. Names that are not here are as in `base`. */
  readonly changes: ReadonlyMap<string, CapturedEntry | null>;
}

/** A name of a changed or new directory. */
export interface CapturedSubdirectory {
  readonly type: "directory";
  /** Index into {@linkcode Capture.directories}, above that of the directory that the name is in. */
  readonly index: number;
}

/** A name of a hard-linked inode. Its record is in the link table (or in {@linkcode Capture.links}). */
export interface CapturedLink {
  readonly type: "link";
  readonly ino: number;
}

/** A name whose inode is stored in full already (an unchanged file or subtree that was moved). */
export interface CapturedRecord {
  readonly type: "record";
  readonly record: InodeRecord;
}

export type CapturedEntry = CapturedFile | CapturedSubdirectory | CapturedLink | CapturedRecord;

/** A hard-linked inode that changed. `nlink` 0 removes it from the link table. */
export interface CapturedLinkedFile extends CapturedFile {
  readonly nlink: number;
}

export interface Capture {
  /** Snapshot the changes apply to. */
  readonly base: Snapshot;
  /** The root first, each before those that are in it. Empty if only links changed, or nothing. */
  readonly directories: readonly CapturedDirectory[];
  readonly links: readonly CapturedLinkedFile[];
  /** Number of slots used. */
  readonly slots: number;
}

/** What was stored for each slot. */
export interface BuiltSlot extends ContentId {
  readonly xattrs: ObjectId | null;
  /** As {@linkcode InodeRecord.size} and {@linkcode InodeRecord.entries}. */
  readonly size: number;
  readonly entries: number;
}
