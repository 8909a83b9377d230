/**
 * Reading bytes, wherever they are.
 *
 * @module
 */

import type { Content } from "../nodes/overlay.ts";
import { SourceContent, StoredContent } from "../nodes/content.ts";
import type { Inode } from "../nodes/inode.ts";
import { BLOCK, countBlocks, next } from "../nodes/holes.ts";
import type { Overlay } from "../nodes/overlay.ts";
import { Status } from "../status.ts";
import type { WorkingTree } from "../working_tree.ts";

/**
 * Fills `into[intoOffset, +length)` with the bytes at `offset`; past the content's end with zeros.
 * Returns false, after noting it in the tree's damage report, if they cannot be read.
 */
export function readBytes(
  tree: WorkingTree,
  content: Content,
  offset: number,
  into: Uint8Array<ArrayBuffer>,
  intoOffset: number,
  length: number,
): boolean {
  if (content === null) {
    into.fill(0, intoOffset, intoOffset + length);
    return true;
  }
  if (content instanceof StoredContent) {
    return readStored(tree, content, offset, into, intoOffset, length);
  }
  if (content instanceof SourceContent) {
    const count = tree.sourceFiles!.read(content.path, offset, into, intoOffset, length);
    if (count < 0) return false;
    into.fill(0, intoOffset + count, intoOffset + length);
    return true;
  }
  return readOverlay(tree, content, offset, into, intoOffset, length);
}

function readStored(
  tree: WorkingTree,
  content: StoredContent,
  offset: number,
  into: Uint8Array<ArrayBuffer>,
  intoOffset: number,
  length: number,
): boolean {
  try {
    const wanted = Math.min(length, Math.max(0, content.size - offset));
    const count = wanted === 0
      ? 0
      : tree.store.readContent(content, content.size, offset, into, intoOffset, wanted);
    into.fill(0, intoOffset + count, intoOffset + length);
    return true;
  } catch (error) {
    tree.damage.note(error);
    return false;
  }
}

function readOverlay(
  tree: WorkingTree,
  overlay: Overlay,
  offset: number,
  into: Uint8Array<ArrayBuffer>,
  intoOffset: number,
  length: number,
): boolean {
  let complete = true;
  overlay.pieces(offset, length, {
    extent: (at, count, source, position) => {
      const target = intoOffset + at - offset;
      const done = source <= -2
        ? readStored(tree, overlay.references[-2 - source]!, position, into, target, count)
        : tree.journal.read(source, position, into, target, count) === Status.Ok;
      complete = complete && done;
    },
    base: (at, count) => {
      const target = intoOffset + at - offset;
      complete = readBytes(tree, overlay.base, at, into, target, count) && complete;
    },
    zero: (at, count) => {
      const target = intoOffset + at - offset;
      into.fill(0, target, target + count);
    },
  });
  return complete;
}

/** Target of a symlink, as a binary string. */
export function readTarget(tree: WorkingTree, inode: Inode): string | Status {
  if (inode.stale) return Status.Stale;
  if (!inode.isSymlink) return Status.Invalid;
  if (inode.target !== null) return inode.target;
  if (inode.content instanceof SourceContent) {
    const target = tree.source!.readLink(inode.content.path);
    if (typeof target === "number") return Status.InputOutput;
    inode.target = target;
    return target;
  }
  const bytes = new Uint8Array(inode.size);
  if (!readBytes(tree, inode.content, 0, bytes, 0, bytes.length)) {
    tree.damage.of(inode);
    return Status.InputOutput;
  }
  inode.target = String.fromCharCode(...bytes);
  return inode.target;
}

/** 512-byte units of the blocks that hold data, as st_blocks. */
export function blocksOf(tree: WorkingTree, inode: Inode): number {
  const { content, size } = inode;
  if (!inode.isFile || size === 0) return 0;
  if (content === null) return 0;
  const whole = Math.ceil(size / BLOCK) * UNITS;
  if (content instanceof SourceContent) return Math.min(whole, content.blocks);
  if (content instanceof StoredContent) {
    const data = content.chunked ? tree.store.allocatedBytes(content, content.size) : content.size;
    return Math.min(whole, Math.ceil(data / BLOCK) * UNITS);
  }
  content.dataBlocks ??= countBlocks(tree, content, size, 0, size);
  return content.dataBlocks * UNITS;
}

/** Units of st_blocks in a block. */
const UNITS = BLOCK / 512;

/** lseek(2) with SEEK_DATA or SEEK_HOLE: the offset, or a negated status. */
export function seek(tree: WorkingTree, inode: Inode, offset: number, hole: boolean): number {
  if (inode.stale) return -Status.Stale;
  const { content, size } = inode;
  if (!inode.isFile || offset >= size) return -Status.NoData;
  let block = offset - offset % BLOCK;
  while (block < size) {
    const data = next(tree, content, size, block, false);
    if (!hole) return data < size ? Math.max(offset, data - data % BLOCK) : -Status.NoData;
    if (data >= block + BLOCK || data >= size) return Math.max(offset, block);
    block = Math.ceil(next(tree, content, size, data, true) / BLOCK) * BLOCK;
  }
  return size;
}
