/**
 * Taking a checkpoint's difference out of the working tree, and what follows once it is stored.
 *
 * `takeCapture` costs what changed and is the only moment at which a checkpoint holds anything up. It
 * freezes the overlays it hands out and begins a new journal segment; writes go on at once, on top. When
 * the objects are durable, `settle` lets the inodes point to them; when storing failed, `revert` makes
 * the tree as if nothing had been taken.
 *
 * Each of the three first works out everything it needs, which may fail and leaves the tree alone, and then only
 * assigns: so it happens as a whole or not at all. A capture that could not be settled can be reverted, though it
 * is stored: what it holds counts as changed again, and the journal still has it.
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
import { type DirectoryState, type Inode, type Xattrs, XATTRS_IN_SOURCE } from "../nodes/inode.ts";
import { journalError } from "../journal/journal.ts";
import { keptOutFiles, logKeptOut } from "../kept_out.ts";
import { logOrphans } from "../orphan.ts";
import { Overlay } from "../nodes/overlay.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

interface Slot {
  inode: Inode;
  frozen: Overlay | null;
  xattrs: Xattrs | null;
}

/** A directory of which names were taken. */
interface TakenDirectory {
  readonly state: DirectoryState;
  /** Names that changed. */
  readonly names: Set<string>;
  /** For those that will have changed since. */
  readonly next: Set<string>;
}

/** A capture that is being stored. */
export interface PendingCapture {
  readonly slots: Slot[];
  readonly directories: readonly TakenDirectory[];
  readonly links: ReadonlySet<Inode>;
  readonly rootChanged: boolean;
  /** First journal segment that is not covered by the capture. */
  readonly segment: number;
  /** As {@linkcode WorkingTree.safeSegment} was before. */
  readonly safeSegment: number;
}

/** Begins a journal segment that can be replayed without those before it. Throws JournalError. */
export function beginSegment(tree: WorkingTree): void {
  tree.journal.begin(tree.journal.segment + 1);
  if ((logOrphans(tree) || logKeptOut(tree)) !== Status.Ok) {
    throw journalError("begin", tree.journal.directory, "ENOSPC");
  }
}

/** Takes the difference to the snapshot. Throws, with nothing changed, if it cannot. */
export function takeCapture(tree: WorkingTree): { capture: Capture; pending: PendingCapture } {
  const base = tree.base!;
  const { isChanged, rootChanged, safeSegment, changedLinks: links } = tree;
  const taker = new Taker();
  const capturedLinks = Array.from(links, (inode) => taker.linked(inode));
  if (rootChanged || tree.root.directory!.changed.size > 0) taker.directories(tree.root);
  const nextLinks = new Set<Inode>();
  const relinked = new Set<Inode>();
  const { slots, taken: directories } = taker;
  if (isChanged) beginSegment(tree);
  const { segment } = tree.journal;
  const pending = { slots, directories, links, rootChanged, segment, safeSegment };
  const capture = {
    base,
    directories: taker.captured,
    links: capturedLinks,
    slots: slots.length,
  };
  // From here on nothing can fail.
  if (isChanged) tree.safeSegment = segment;
  tree.nodes.relinked = relinked;
  tree.changedLinks = nextLinks;
  tree.rootChanged = false;
  tree.isCapturing = true;
  for (const { frozen } of slots) if (frozen !== null) frozen.frozen = true;
  for (const { state, names, next } of directories) {
    state.captured = names;
    state.changed = next;
  }
  return { capture, pending };
}

/** Describes what changed. Changes nothing. */
class Taker {
  readonly slots: Slot[] = [];
  readonly taken: TakenDirectory[] = [];
  readonly captured: CapturedDirectory[] = [];

  /** Takes `root` and every changed directory below it. */
  directories(root: Inode): void {
    // The list is its own queue: each directory comes before those that are in it.
    const found = [root];
    for (const inode of found) this.captured.push(this.#directory(inode, found));
  }

  /** @param found gets the directories that are in it */
  #directory(inode: Inode, found: Inode[]): CapturedDirectory {
    const state = inode.directory!;
    const slot = this.#slot(inode);
    const changes = new Map<string, CapturedEntry | null>();
    for (const name of state.changed) {
      const child = state.entries!.get(name)?.inode;
      if (child === undefined || state.keptOut?.has(name)) changes.set(name, null);
      else if (child.names !== null) changes.set(name, { type: "link", ino: child.ino });
      else if (child.directory === null) changes.set(name, this.#file(child));
      else changes.set(name, { type: "directory", index: found.push(child) - 1 });
    }
    if (state.changed.size > 0) {
      this.taken.push({ state, names: state.changed, next: new Set() });
    }
    return { slot, attributes: attributesOf(inode), base: state.base, changes };
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

/** The capture is stored as `snapshot`: its inodes now are what the store has. Throws with nothing changed. */
export function settle(
  tree: WorkingTree,
  pending: PendingCapture,
  snapshot: Snapshot,
  built: readonly BuiltSlot[],
): void {
  const { slots, directories, links, segment } = pending;
  if (built.length !== slots.length) {
    throw new Error(`A capture of ${slots.length} slots was stored as ${built.length}`);
  }
  const contents = built.map(({ content, chunked, size }) =>
    content === null ? null : new StoredContent(content, chunked, size)
  );
  const inUse = segmentsInUse(tree, pending);
  // From here on nothing can fail.
  tree.base = snapshot;
  tree.isCapturing = false;
  for (let i = 0; i < slots.length; i++) settleSlot(slots[i]!, built[i]!, contents[i]!);
  for (const { state } of directories) state.captured = null;
  for (const inode of links) {
    if (inode.nlink === 0 && inode.lookups === 0) tree.links.delete(inode.ino);
  }
  tree.journal.removeBefore(segment, inUse);
}

function settleSlot(
  { inode, frozen, xattrs }: Slot,
  built: BuiltSlot,
  stored: StoredContent | null,
): void {
  if (inode.directory !== null) {
    inode.directory.base = built.content;
  } else if (frozen !== null) {
    if (inode.content === frozen) inode.content = stored;
    else if (inode.content instanceof Overlay && inode.content.base === frozen) {
      inode.content.base = stored;
    }
  } else if (inode.isSymlink && inode.content === null && stored !== null) {
    inode.content = stored;
  }
  if (xattrs !== null && inode.xattrs === xattrs) inode.xattrs = built.xattrs;
}

/** Segments before the capture's that files refer to which it does not hold, or did not a moment ago. */
function segmentsInUse(tree: WorkingTree, { segment }: PendingCapture): Set<number> {
  const used = new Set<number>();
  const keptOut = Array.from(keptOutFiles(tree), ({ inode }) => inode);
  for (const inode of [...tree.nodes.orphans, ...tree.nodes.relinked, ...keptOut]) {
    // A frozen one is what was stored.
    if (!(inode.content instanceof Overlay) || inode.content.frozen) continue;
    for (const [, , source] of inode.content.extents) {
      if (source >= 0 && source < segment) used.add(source);
    }
  }
  return used;
}

/** Storing failed: what was taken counts as changed again. Throws with nothing changed. */
export function revert(tree: WorkingTree, pending: PendingCapture): void {
  const merged = pending.slots.flatMap(({ inode, frozen }) =>
    frozen !== null && inode.content instanceof Overlay && inode.content.base === frozen
      ? [{ overlay: inode.content, whole: inode.content.over(frozen, inode.size) }]
      : []
  );
  const changed = pending.directories.map(({ state, names }) => ({
    state,
    names: new Set([...names, ...state.changed]),
  }));
  const changedLinks = new Set([...pending.links, ...tree.changedLinks]);
  // From here on nothing can fail.
  tree.safeSegment = pending.safeSegment;
  tree.isCapturing = false;
  for (const { frozen } of pending.slots) if (frozen !== null) frozen.frozen = false;
  for (const { overlay, whole } of merged) overlay.become(whole);
  for (const { state, names } of changed) {
    state.changed = names;
    state.captured = null;
  }
  tree.changedLinks = changedLinks;
  tree.rootChanged ||= pending.rootChanged;
}
