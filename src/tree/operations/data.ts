/**
 * Operations on the bytes of files.
 *
 * @module
 */

import { withoutPrivileges } from "./attributes.ts";
import { EXTENT_ZERO, ZERO_DATA } from "../nodes/extent.ts";
import { type FlatPiece, flatPieces, isHole } from "../nodes/flat_pieces.ts";
import { BLOCK, countBlocks, isDataBlock, zerosOver } from "../nodes/holes.ts";
import { type Inode, XATTRS_IN_SOURCE } from "../nodes/inode.ts";
import { RecordType } from "../journal/journal_record.ts";
import { Overlay } from "../nodes/overlay.ts";
import { readBytes } from "./read.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

/** The largest file: sizes are exact in a number, and so is a sum of two of them. */
export const LARGEST_FILE = 2 ** 52;

function checkFile(inode: Inode): Status {
  if (inode.stale) return Status.Stale;
  if (inode.directory !== null) return Status.IsDirectory;
  return inode.isFile ? Status.Ok : Status.Invalid;
}

/**
 * Reads into `into[intoOffset, +length)`. Returns the bytes read, short at the end of the file, or a
 * negated status.
 */
export function read(
  tree: WorkingTree,
  inode: Inode,
  offset: number,
  into: Uint8Array<ArrayBuffer>,
  intoOffset: number,
  length: number,
): number {
  const status = checkFile(inode);
  if (status !== Status.Ok) return -status;
  const available = Math.min(length, Math.max(0, inode.size - offset));
  if (available === 0) return 0;
  if (readBytes(tree, inode.content, offset, into, intoOffset, available)) return available;
  tree.damage.of(inode);
  return -Status.InputOutput;
}

/** The overlay that may be written to. */
function writable(tree: WorkingTree, inode: Inode): Overlay {
  if (inode.content instanceof Overlay && !inode.content.frozen) return inode.content;
  if (inode.xattrs === XATTRS_IN_SOURCE) tree.xattrs(inode);
  const base = inode.content;
  const overlay = new Overlay(base, base === null ? 0 : inode.size);
  if (base instanceof Overlay) overlay.dataBlocks = base.dataBlocks;
  inode.content = overlay;
  return overlay;
}

/** Blocks with data that a change of bytes `[from, to)` may change; 0 where nobody has counted any. */
function blocksAt(tree: WorkingTree, overlay: Overlay, size: number, from: number, to: number) {
  if (overlay.dataBlocks === null) return 0;
  try {
    return countBlocks(tree, overlay, size, from, to);
  } catch (error) {
    // The change is in the journal, so it has to be made.
    tree.damage.note(error);
    overlay.dataBlocks = null;
    return 0;
  }
}

/** Brings the count of blocks to what it is after a change. `before`: {@linkcode blocksAt} of the same bytes before it. */
function recount(
  tree: WorkingTree,
  overlay: Overlay,
  size: number,
  from: number,
  to: number,
  before: number,
): void {
  const after = blocksAt(tree, overlay, size, from, to);
  if (overlay.dataBlocks !== null) overlay.dataBlocks += after - before;
}

/** Puts zeros in the place of `[from, to)` of a file that has `size` bytes then. */
function punch(tree: WorkingTree, overlay: Overlay, size: number, from: number, to: number): void {
  for (const { offset, length, position } of zerosOver(tree, overlay, size, from, to)) {
    overlay.cover(offset, length, EXTENT_ZERO, position);
  }
}

/** Cuts a file of `before` bytes to `size`, if that is less. The block that is cut stays data if it was. */
function cut(tree: WorkingTree, overlay: Overlay, before: number, size: number): void {
  if (size >= before) return;
  const start = size - size % BLOCK;
  const wasData = start < size && isDataBlock(tree, overlay, before, start);
  overlay.truncate(size);
  if (wasData && !isDataBlock(tree, overlay, size, start)) {
    overlay.cover(start, size - start, EXTENT_ZERO, ZERO_DATA);
  }
}

/**
 * Writes `length` bytes that stand in `bytes` from `payload` on, with {@linkcode WRITE_HEADROOM} bytes
 * of room in front of them. `kill` drops set-user-ID and set-group-ID as {@linkcode withoutPrivileges} does.
 */
export function write(
  tree: WorkingTree,
  inode: Inode,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
  payload: number,
  length: number,
  kill: boolean,
  outsider = false,
): Status {
  const status = checkFile(inode);
  if (status !== Status.Ok) return status;
  if (offset + length > LARGEST_FILE) return Status.FileTooBig;
  if (length === 0) return Status.Ok;
  const bound = tree.bind(inode);
  if (bound !== Status.Ok) return bound;
  tree.tick();
  const mode = kill ? withoutPrivileges(inode.mode, outsider) : inode.mode;
  const { journal, now } = tree;
  const fields = [inode.nodeId, offset, length, mode, now.sec, now.nsec] as const;
  const written = journal.appendWrite(bytes, view, payload, length, fields);
  if (written !== Status.Ok) return written;
  applyWrite(tree, inode, offset, length, mode, journal.segment, journal.writtenAt);
  return Status.Ok;
}

export function applyWrite(
  tree: WorkingTree,
  inode: Inode,
  offset: number,
  length: number,
  mode: number,
  segment: number,
  position: number,
): void {
  const overlay = writable(tree, inode);
  const end = offset + length;
  const before = blocksAt(tree, overlay, inode.size, offset, end);
  overlay.cover(offset, length, segment, position);
  inode.size = Math.max(inode.size, end);
  recount(tree, overlay, inode.size, offset, end, before);
  tree.damage.of(inode);
  inode.mode = mode;
  tree.touch(inode);
}

/** Cuts or grows a file. Returns `Ok` without touching times only if `size` is out of range. */
export function resize(
  tree: WorkingTree,
  inode: Inode,
  size: number,
  kill: boolean,
  outsider = false,
): Status {
  const status = checkFile(inode);
  if (status !== Status.Ok) return status;
  if (size > LARGEST_FILE) return Status.FileTooBig;
  const bound = tree.bind(inode);
  if (bound !== Status.Ok) return bound;
  tree.tick();
  const mode = kill ? withoutPrivileges(inode.mode, outsider) : inode.mode;
  tree.journal.record.begin(RecordType.RESIZE).number(inode.nodeId).number(size).number(mode)
    .number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyResize(tree, inode, size, mode);
  return logged;
}

export function applyResize(tree: WorkingTree, inode: Inode, size: number, mode: number): void {
  if (size === 0) {
    if (inode.xattrs === XATTRS_IN_SOURCE) tree.xattrs(inode);
    inode.content = null;
  } else if (size !== inode.size) {
    const overlay = writable(tree, inode);
    const before = blocksAt(tree, overlay, inode.size, size, inode.size);
    cut(tree, overlay, inode.size, size);
    recount(tree, overlay, size, size, inode.size, before);
    tree.damage.of(inode);
  }
  inode.size = size;
  inode.mode = mode;
  tree.touch(inode);
}

/** Flags of fallocate(2). */
export const FALLOC_KEEP_SIZE = 0x01;
export const FALLOC_PUNCH_HOLE = 0x02;
export const FALLOC_ZERO_RANGE = 0x10;

/**
 * fallocate(2). Space cannot be reserved in a content-addressed store: allocation sets the size and
 * the promise is the journal's. Collapsing and inserting ranges is refused.
 */
export function allocate(
  tree: WorkingTree,
  inode: Inode,
  flags: number,
  offset: number,
  length: number,
): Status {
  const status = checkFile(inode);
  if (status !== Status.Ok) return status;
  if (length <= 0 || offset < 0) return Status.Invalid;
  if (offset + length > LARGEST_FILE) return Status.FileTooBig;
  const keep = (flags & FALLOC_KEEP_SIZE) !== 0;
  const size = keep ? inode.size : Math.max(inode.size, offset + length);
  switch (flags & ~FALLOC_KEEP_SIZE) {
    case 0:
      // Times follow also where the size stays, as on ext4.
      return resize(tree, inode, size, false);
    case FALLOC_PUNCH_HOLE:
      return keep ? zero(tree, inode, offset, length, size) : Status.NotSupported;
    case FALLOC_ZERO_RANGE:
      return zero(tree, inode, offset, length, size);
    default:
      return Status.NotSupported;
  }
}

function zero(
  tree: WorkingTree,
  inode: Inode,
  offset: number,
  length: number,
  size: number,
): Status {
  const bound = tree.bind(inode);
  if (bound !== Status.Ok) return bound;
  tree.tick();
  tree.journal.record.begin(RecordType.ZERO).number(inode.nodeId)
    .number(offset).number(length).number(size).number(inode.mode)
    .number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged === Status.Ok) applyZero(tree, inode, offset, length, size, inode.mode);
  return logged;
}

export function applyZero(
  tree: WorkingTree,
  inode: Inode,
  offset: number,
  length: number,
  size: number,
  mode: number,
): void {
  const end = Math.min(offset + length, size);
  if (end > offset) {
    const overlay = writable(tree, inode);
    const before = blocksAt(tree, overlay, inode.size, offset, end);
    punch(tree, overlay, size, offset, end);
    recount(tree, overlay, size, offset, end, before);
    tree.damage.of(inode);
  }
  inode.size = size;
  inode.mode = mode;
  tree.touch(inode);
}

/**
 * copy_file_range(2) without moving a byte: the target's extents refer to where the source's bytes are.
 * Returns the bytes copied, short at the end of the file, or a negated status; "not supported" (the
 * kernel then copies) if the bytes are not in the store yet.
 */
export function copy(
  tree: WorkingTree,
  from: Inode,
  fromOffset: number,
  to: Inode,
  toOffset: number,
  length: number,
): number {
  const status = checkFile(from) || checkFile(to);
  if (status !== Status.Ok) return -status;
  const count = Math.min(length, Math.max(0, from.size - fromOffset));
  if (toOffset + count > LARGEST_FILE) return -Status.FileTooBig;
  if (count === 0) return 0;
  const pieces = flatPieces(tree, from.content, from.size, fromOffset, count);
  tree.damage.of(from);
  if (pieces === null || pieces.some((piece) => !outlivesCheckpoint(tree, piece))) {
    return -Status.NotSupported;
  }
  const bound = tree.bind(from) || tree.bind(to);
  if (bound !== Status.Ok) return -bound;
  tree.tick();
  tree.journal.record.begin(RecordType.COPY)
    .number(from.nodeId).number(fromOffset).number(to.nodeId).number(toOffset)
    .number(count).number(to.mode).number(tree.now.sec).number(tree.now.nsec);
  const logged = tree.log();
  if (logged !== Status.Ok) return -logged;
  applyCopy(tree, from, fromOffset, to, toOffset, count, to.mode);
  return count;
}

export function applyCopy(
  tree: WorkingTree,
  from: Inode,
  fromOffset: number,
  to: Inode,
  toOffset: number,
  length: number,
  mode: number,
): void {
  const pieces = flatPieces(tree, from.content, from.size, fromOffset, length) ?? [];
  tree.damage.of(from);
  const target = writable(tree, to);
  const end = toOffset + length;
  const before = blocksAt(tree, target, to.size, toOffset, end);
  to.size = Math.max(to.size, end);
  for (const piece of pieces) {
    const at = toOffset + piece.offset - fromOffset;
    if (isHole(piece)) punch(tree, target, to.size, at, at + piece.length);
    else {
      const source = piece.stored === null ? piece.source : target.reference(piece.stored);
      target.cover(at, piece.length, source, piece.position);
    }
  }
  recount(tree, target, to.size, toOffset, end, before);
  tree.damage.of(to);
  to.mode = mode;
  tree.touch(to);
}

/** False for bytes in a journal segment that goes away with the next settled checkpoint. */
function outlivesCheckpoint(tree: WorkingTree, piece: FlatPiece): boolean {
  return piece.stored !== null || piece.source < 0 || piece.source >= tree.safeSegment;
}
