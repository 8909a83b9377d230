/**
 * The answer being built: one buffer for all of them. The out header comes first, so that a READ's bytes
 * can be put where they are sent from.
 *
 * @module
 */

import { OUT_HEADER, ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { blocksOf } from "../../tree/operations/read.ts";
import type { Status } from "../../tree/status.ts";
import type { SharedDirectories } from "../shared_directories.ts";
import type { ShownChanges } from "../shown_changes.ts";
import { INODE_SPACES, type View, wireNode } from "../views.ts";
import type { Dialect } from "./dialect.ts";
import { errnoOf } from "./errno.ts";
import { MAX_WRITE } from "./request.ts";

/** Where an answer's fields begin. */
export const OUT = OUT_HEADER.SIZE;

/** Returned by a handler whose request gets no answer, or gets it later. */
export const NO_REPLY = -0x7fffffff;

/**
 * How long the kernel may believe us: until told otherwise. Everything that changes passes through the
 * kernel or is followed by an explicit invalidation. Seconds.
 */
export const FOREVER = 0x3fffffff;

export class Reply {
  /** Where directories have ids that several views share; null if each view has its own. */
  shared: SharedDirectories | null = null;
  /** Of every file but the root, which the kernel knows before it asks. */
  generation = 0;
  readonly bytes = new Uint8Array(OUT + MAX_WRITE + 4096);
  readonly view = new DataView(this.bytes.buffer);

  /** Touches every page: see `Request`. */
  constructor(readonly dialect: Dialect) {
    this.bytes.fill(0);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }

  u64(at: number, value: number): void {
    const high = Math.floor(value / 2 ** 32);
    this.view.setUint32(at, value - high * 2 ** 32, true);
    this.view.setInt32(at + 4, high, true);
  }

  /** Lays an inode number at `at`, with its space in the high bits. */
  #inodeNumber(at: number, space: number, ino: number): void {
    const high = Math.floor(ino / 2 ** 32);
    this.view.setUint32(at, ino - high * 2 ** 32, true);
    this.view.setUint32(at + 4, high + space * (2 ** 32 / INODE_SPACES), true);
  }

  /** Lays the inode number that a file is shown with at `at`. */
  inodeNumberOf(at: number, { number, inodeSpace }: View, inode: Inode): void {
    if (this.dialect.numbersByNode) this.u64(at, wireNode(number, inode.nodeId));
    else this.#inodeNumber(at, inodeSpace, inode.ino);
  }

  /** Lays a struct fuse_attr at `at`. */
  attr(at: number, shown: View, inode: Inode): void {
    const { tree } = shown;
    const size = inode.directory === null ? inode.size : 4096;
    const { view } = this;
    const { attr, created, owner } = this.dialect;
    this.inodeNumberOf(at + attr.INO, shown, inode);
    this.u64(at + attr.SIZE, size);
    this.u64(at + attr.BLOCKS, inode.directory === null ? blocksOf(tree, inode) : 8);
    this.u64(at + attr.ATIME, inode.atimeSec);
    this.u64(at + attr.MTIME, inode.mtimeSec);
    this.u64(at + attr.CTIME, inode.ctimeSec);
    view.setUint32(at + attr.ATIME_NSEC, inode.atimeNsec, true);
    view.setUint32(at + attr.MTIME_NSEC, inode.mtimeNsec, true);
    view.setUint32(at + attr.CTIME_NSEC, inode.ctimeNsec, true);
    view.setUint32(at + attr.MODE, inode.mode, true);
    view.setUint32(at + attr.NLINK, tree.linkCount(inode), true);
    view.setUint32(at + attr.UID, (owner ?? inode).uid, true);
    view.setUint32(at + attr.GID, (owner ?? inode).gid, true);
    view.setUint32(at + attr.RDEV, inode.rdev, true);
    view.setUint32(at + attr.BLKSIZE, 4096, true);
    view.setUint32(at + attr.FLAGS, 0, true);
    if (shown.shownChanges !== undefined) this.#changedBehind(at, shown.shownChanges, inode);
    if (created === null) return;
    // Nobody keeps it: it was not after the last change.
    this.u64(at + created.SECONDS, inode.mtimeSec);
    view.setUint32(at + created.NANOSECONDS, inode.mtimeNsec, true);
  }

  /** A directory whose names changed has a new time of modification, too. */
  #changedBehind(at: number, changes: ShownChanges, inode: Inode): void {
    const time = changes.of(inode.nodeId, inode.ctimeSec, inode.ctimeNsec);
    if (time === null) return;
    const { attr } = this.dialect;
    this.u64(at + attr.CTIME, time.sec);
    this.view.setUint32(at + attr.CTIME_NSEC, time.nsec, true);
    if (inode.directory === null) return;
    this.u64(at + attr.MTIME, time.sec);
    this.view.setUint32(at + attr.MTIME_NSEC, time.nsec, true);
  }

  /** An answer that is a struct fuse_attr_out. Returns its length. */
  attributes(view: View, inode: Inode): number {
    const { attrOut } = this.dialect;
    if (!view.isRouted) view.isKept = true;
    this.u64(OUT + attrOut.VALID, attributesValid(view, inode));
    this.u64(OUT + attrOut.VALID_NSEC, 0);
    this.attr(OUT + attrOut.ATTR, view, inode);
    return attrOut.SIZE;
  }

  /** Lays a struct fuse_entry_out at `at` and counts the reference the kernel gets with it. */
  entryAt(at: number, view: View, inode: Inode): void {
    if (this.shared !== null && inode.directory !== null) {
      this.entryOf(at, view, inode, this.shared.remember(view, inode));
    } else {
      view.tree.nodes.remember(inode);
      this.entryOf(at, view, inode, wireNode(view.number, inode.nodeId));
    }
  }

  /** Lays a struct fuse_entry_out at `at`. `node`: the id that the kernel is to know it by. */
  entryOf(at: number, view: View, inode: Inode, node: number): void {
    const { entryOut } = this.dialect;
    if (!view.isRouted) view.isKept = true;
    this.u64(at + entryOut.NODEID, node);
    this.u64(at + entryOut.GENERATION, node === ROOT_ID ? 0 : this.generation);
    this.u64(at + entryOut.ENTRY_VALID, view.isRouted ? 0 : FOREVER);
    this.u64(at + entryOut.ATTR_VALID, attributesValid(view, inode));
    this.u64(at + entryOut.ENTRY_VALID_NSEC, 0);
    this.attr(at + entryOut.ATTR, view, inode);
  }

  /** An answer that is a struct fuse_entry_out. Returns its length. */
  entry(view: View, inode: Inode): number {
    this.entryAt(OUT, view, inode);
    return this.dialect.entryOut.SIZE;
  }

  /** As {@linkcode entry}, of a name that the kernel is to look up again. */
  fleetingEntry(view: View, inode: Inode): number {
    const length = this.entry(view, inode);
    this.u64(OUT + this.dialect.entryOut.ENTRY_VALID, 0);
    return length;
  }

  /** "There is no such name", to be remembered if it may be: a struct fuse_entry_out with node id 0. */
  negativeEntry(view: View): number {
    if (view.isRouted) return -Errno.ENOENT;
    const { entryOut } = this.dialect;
    this.bytes.fill(0, OUT, OUT + entryOut.SIZE);
    this.u64(OUT + entryOut.ENTRY_VALID, FOREVER);
    return entryOut.SIZE;
  }

  /** What a handler returns for a status: 0 or a negative errno. */
  status(status: Status): number {
    return -errnoOf(status);
  }
}

function attributesValid({ isRouted }: View, inode: Inode): number {
  return isRouted && inode.directory !== null ? 0 : FOREVER;
}

/** Bytes, or how many there are if the caller only asked that (struct fuse_getxattr_out). */
export function sized(reply: Reply, bytes: Uint8Array, wanted: number): number {
  if (wanted === 0) {
    reply.u32(OUT, bytes.length);
    reply.u32(OUT + 4, 0);
    return 8;
  }
  if (bytes.length > Math.min(wanted, MAX_WRITE)) return -Errno.ERANGE;
  reply.bytes.set(bytes, OUT);
  return bytes.length;
}
