/**
 * What stat(2) tells, as Windows has it.
 *
 * @module
 */

import { fileTime } from "../../../../ffi/windows/file_time.ts";
import { FileAttribute, ReparseTag } from "../../../../ffi/windows/nt_file.ts";
import { FILE_INFO } from "../../../../ffi/windows/winfsp/protocol.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT, S_IFSOCK } from "../../../store/trees/entry.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";
import { attributesSize } from "./ea_list.ts";
import type { FoldedNames } from "../names/folded_names.ts";
import { keptAttributes } from "./kept_attributes.ts";
import { isJunction, leadsToDirectory } from "../names/symlinks.ts";

/** Sizes are rounded up to what a volume allocates at once. */
export const ALLOCATION_UNIT = 4096;

const WRITABLE = 0o222;

/** The tag of what stands for something else; 0 of files and directories. */
export function reparseTagOf(tree: WorkingTree, inode: Inode): number {
  if (inode.isSymlink) return isJunction(tree, inode) ? ReparseTag.MOUNT_POINT : ReparseTag.SYMLINK;
  switch (inode.mode & S_IFMT) {
    case S_IFIFO:
      return ReparseTag.LX_FIFO;
    case S_IFSOCK:
      return ReparseTag.AF_UNIX;
    case S_IFCHR:
      return ReparseTag.LX_CHR;
    case S_IFBLK:
      return ReparseTag.LX_BLK;
    default:
      return 0;
  }
}

export function isReadOnly(inode: Inode): boolean {
  return !inode.isSymlink && (inode.mode & WRITABLE) === 0;
}

function fileAttributes(tree: WorkingTree, names: FoldedNames, inode: Inode): number {
  let attributes = keptAttributes(tree, inode).attributes;
  if (inode.isDirectory) attributes |= FileAttribute.DIRECTORY;
  else if (!inode.isFile) {
    attributes |= FileAttribute.REPARSE_POINT;
    if (inode.isSymlink && leadsToDirectory(tree, names, inode)) {
      attributes |= FileAttribute.DIRECTORY;
    }
  }
  if (isReadOnly(inode)) attributes |= FileAttribute.READONLY;
  return attributes === 0 ? FileAttribute.NORMAL : attributes;
}

/** Lays FSP_FSCTL_FILE_INFO at `at`. */
export function layFileInfo(
  view: DataView,
  at: number,
  tree: WorkingTree,
  names: FoldedNames,
  inode: Inode,
  index: number,
): void {
  const size = inode.isFile ? inode.size : 0;
  const write = fileTime(inode.mtimeSec, inode.mtimeNsec);
  const change = fileTime(inode.ctimeSec, inode.ctimeNsec);
  const { created } = keptAttributes(tree, inode);
  view.setUint32(at + FILE_INFO.ATTRIBUTES, fileAttributes(tree, names, inode), true);
  view.setUint32(at + FILE_INFO.REPARSE_TAG, reparseTagOf(tree, inode), true);
  const allocated = Math.ceil(size / ALLOCATION_UNIT) * ALLOCATION_UNIT;
  view.setBigUint64(at + FILE_INFO.ALLOCATION, BigInt(allocated), true);
  view.setBigUint64(at + FILE_INFO.SIZE, BigInt(size), true);
  // When it was made is not recorded: no later than it was changed.
  const earliest = write < change ? write : change;
  view.setBigUint64(at + FILE_INFO.CREATION, created === 0n ? earliest : created, true);
  view.setBigUint64(at + FILE_INFO.ACCESS, fileTime(inode.atimeSec, inode.atimeNsec), true);
  view.setBigUint64(at + FILE_INFO.WRITE, write, true);
  view.setBigUint64(at + FILE_INFO.CHANGE, change, true);
  view.setBigUint64(at + FILE_INFO.INDEX, BigInt(index), true);
  // The driver has no hard links: each name is a file to it.
  view.setUint32(at + FILE_INFO.LINKS, 1, true);
  view.setUint32(at + FILE_INFO.EA_SIZE, attributesSize(tree, inode), true);
}
