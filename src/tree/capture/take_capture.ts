/**
 * Taking a checkpoint's difference out of the working tree, and what follows once it is stored.
 *
 * `takeCapture` costs what changed and is the only moment at which a checkpoint holds anything up. It
 * freezes the overlays it hands out and begins a new journal segment; writes go on at once, on top. When
 * the objects are durable, `settle` lets the inodes point to them; when storing failed, `revert` makes
 * the tree as if nothing had been taken.
 *
 * @module
 */

import type { ContentId, Snapshot } from "../../store/trees/entry.ts";
import type {
  BuiltSlot,
  Capture,
  CapturedAttributes,
  CapturedContent,
  CapturedDirectory,
  CapturedEntry,
  CapturedFile,
  CapturedLinkedFile,
} from "./capture.ts";
import { StoredContent } from "../nodes/content.ts";
import { type Inode, type Xattrs, XATTRS_IN_SOURCE } from "../nodes/inode.ts";
import { journalError } from "../journal/journal.ts";
import { logOrphans } from "../orphan.ts";
import { Overlay } from "../nodes/overlay.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

interface Slot {
  inode: Inode;
  frozen: Overlay | null;
  xattrs: Xattrs | null;
}

/** A capture that is being stored. */
export interface PendingCapture {
  readonly slots: Slot[];
  readonly directories: Inode[];
  readonly links: Inode[];
  readonly rootChanged: boolean;
  /** First journal segment that is not covered by the capture. */
  readonly segment: number;
}

/** Begins a journal segment that can be replayed without those before it. Throws JournalError. */
export function beginSegment(tree: WorkingTree): void {
  tree.journal.begin(tree.journal.segment + 1);
  if (logOrphans(tree) !== Status.Ok) {
    throw journalError("begin", tree.journal.directory, "ENOSPC");
  }
}

/** Takes the difference to the snapshot. Throws JournalError, with nothing changed, if it cannot. */
export function takeCapture(tree: WorkingTree): { capture: Capture; pending: PendingCapture } {
  const base = tree.base!;
  if (tree.isChanged) {
    beginSegment(tree);
    tree.safeSegment = tree.journal.segment;
  }
  tree.nodes.relinked.clear();
  tree.isCapturing = true;
  const taker = new Taker();
  const links = [...tree.changedLinks];
  const capturedLinks = links.map((inode) => taker.linked(inode));
  const { rootChanged } = tree;
  const changed = rootChanged || tree.root.directory!.changed.size > 0;
  const root = changed ? taker.directory(tree.root) : null;
  tree.changedLinks.clear();
  tree.rootChanged = false;
  return {
    capture: { base, root, links: capturedLinks, slots: taker.slots.length },
    pending: {
      slots: taker.slots,
      directories: taker.directories,
      links,
      rootChanged,
      segment: tree.journal.segment,
    },
  };
}

class Taker {
  readonly slots: Slot[] = [];
  readonly directories: Inode[] = [];

  directory(inode: Inode): CapturedDirectory {
    const state = inode.directory!;
    const slot = this.#slot(inode);
    const changes = new Map<string, CapturedEntry | null>();
    for (const name of state.changed) {
      const child = state.entries!.get(name)?.inode;
      changes.set(name, child === undefined ? null : this.#entry(child));
    }
    if (state.changed.size > 0) {
      this.directories.push(inode);
      state.captured = state.changed;
      state.changed = new Set();
    }
    return {
      type: "directory",
      slot,
      attributes: attributesOf(inode),
      base: state.base,
      changes,
    };
  }

  #entry(inode: Inode): CapturedEntry {
    if (inode.names !== null) return { type: "link", ino: inode.ino };
    return inode.directory === null ? this.#file(inode) : this.directory(inode);
  }

  #file(inode: Inode): CapturedFile {
    const slot = this.#slot(inode);
    return { type: "file", slot, attributes: attributesOf(inode), content: contentOf(inode) };
  }

  linked(inode: Inode): CapturedLinkedFile {
    return inode.nlink === 0 ? this.#gone(inode) : { ...this.#file(inode), nlink: inode.nlink };
  }

  /** Only its record goes away. It may be open: then its bytes stay where they are. */
  #gone(inode: Inode): CapturedLinkedFile {
    const slot = this.slots.push({ inode, frozen: null, xattrs: null }) - 1;
    const content = { type: "stored", content: null, chunked: false } as const;
    return { type: "file", slot, attributes: attributesOf(inode), content, nlink: 0 };
  }

  #slot(inode: Inode): number {
    const frozen = inode.content instanceof Overlay ? inode.content : null;
    if (frozen !== null) frozen.frozen = true;
    const xattrs = inode.xattrs instanceof Map ? inode.xattrs : null;
    return this.slots.push({ inode, frozen, xattrs }) - 1;
  }
}

function attributesOf(inode: Inode): CapturedAttributes {
  const { xattrs } = inode;
  return {
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    rdev: inode.rdev,
    ino: inode.ino,
    size: inode.size,
    mtimeSec: inode.mtimeSec,
    mtimeNsec: inode.mtimeNsec,
    ctimeSec: inode.ctimeSec,
    ctimeNsec: inode.ctimeNsec,
    xattrs: xattrs === XATTRS_IN_SOURCE ? null : xattrs,
  };
}

const NO_CONTENT: ContentId = { content: null, chunked: false };

function contentOf(inode: Inode): CapturedContent {
  const { content } = inode;
  if (content instanceof Overlay) {
    const base = content.base instanceof StoredContent ? content.base : null;
    const [offsets, lengths, sources, positions] = content.extents.columns();
    return {
      type: "overlay",
      overlay: {
        base: base === null ? NO_CONTENT : { content: base.content, chunked: base.chunked },
        baseLength: base?.size ?? 0,
        baseSize: base === null ? 0 : content.baseSize,
        offsets,
        lengths,
        sources,
        positions,
        references: content.references.map((r) => ({
          content: r.content,
          chunked: r.chunked,
          size: r.size,
        })),
      },
    };
  }
  if (content instanceof StoredContent) {
    return { type: "stored", content: content.content, chunked: content.chunked };
  }
  if (inode.isSymlink) {
    const target = inode.target ?? "";
    return { type: "bytes", bytes: Uint8Array.from(target, (c) => c.charCodeAt(0)) };
  }
  return { type: "stored", content: null, chunked: false };
}

/** The capture is stored as `snapshot`: its inodes now are what the store has. */
export function settle(
  tree: WorkingTree,
  pending: PendingCapture,
  snapshot: Snapshot,
  built: readonly BuiltSlot[],
): void {
  tree.base = snapshot;
  tree.isCapturing = false;
  pending.slots.forEach((slot, i) => settleSlot(slot, built[i]!));
  for (const inode of pending.directories) inode.directory!.captured = null;
  for (const inode of pending.links) {
    if (inode.nlink === 0 && inode.lookups === 0) tree.links.delete(inode.ino);
  }
  tree.journal.removeBefore(pending.segment, segmentsInUse(tree, pending.segment));
}

function settleSlot({ inode, frozen, xattrs }: Slot, built: BuiltSlot): void {
  if (inode.directory !== null) {
    inode.directory.base = built.content;
  } else if (frozen !== null) {
    const stored = built.content === null
      ? null
      : new StoredContent(built.content, built.chunked, built.size);
    if (inode.content === frozen) inode.content = stored;
    else if (inode.content instanceof Overlay && inode.content.base === frozen) {
      inode.content.base = stored;
    }
  } else if (inode.isSymlink && inode.content === null && built.content !== null) {
    inode.content = new StoredContent(built.content, built.chunked, built.size);
  }
  if (xattrs !== null && inode.xattrs === xattrs) inode.xattrs = built.xattrs;
}

/** Segments before `segment` that unlinked files refer to, or files that were until a moment ago. */
function segmentsInUse(tree: WorkingTree, segment: number): Set<number> {
  const used = new Set<number>();
  for (const inode of [...tree.nodes.orphans, ...tree.nodes.relinked]) {
    if (!(inode.content instanceof Overlay)) continue;
    for (const [, , source] of inode.content.extents) {
      if (source >= 0 && source < segment) used.add(source);
    }
  }
  return used;
}

/** Storing failed: what was taken counts as changed again. */
export function revert(tree: WorkingTree, pending: PendingCapture, safeSegment: number): void {
  tree.safeSegment = safeSegment;
  tree.isCapturing = false;
  for (const { inode, frozen } of pending.slots) {
    if (frozen === null) continue;
    frozen.frozen = false;
    if (inode.content instanceof Overlay && inode.content.base === frozen) {
      inode.content.absorb(frozen, inode.size);
    }
  }
  for (const inode of pending.directories) {
    const state = inode.directory!;
    for (const name of state.captured!) state.changed.add(name);
    state.captured = null;
  }
  for (const inode of pending.links) tree.changedLinks.add(inode);
  tree.rootChanged ||= pending.rootChanged;
}
