/**
 * What Windows keeps of a file and the tree has no place for: hidden, system, whether it is to be archived, and when it was
 * made. They are an extended attribute of files of which a program has set them.
 *
 * @module
 */

import { FileAttribute } from "../../../../ffi/windows/nt_file.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { setXattr } from "../../../tree/operations/attributes.ts";
import { Status } from "../../../tree/status.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";

export const KEPT_XATTR = "user.agentvfs.windows";

const KEPT = FileAttribute.HIDDEN | FileAttribute.SYSTEM | FileAttribute.ARCHIVE;
const SIZE_OF = 12;

export interface KeptAttributes {
  /** Of those that are kept. */
  readonly attributes: number;
  /** FILETIME; 0: nobody said. */
  readonly created: bigint;
}

/** Where nobody has said otherwise. */
export function defaultAttributes(inode: Inode): number {
  return inode.isFile ? FileAttribute.ARCHIVE : 0;
}

export function keptAttributes(tree: WorkingTree, inode: Inode): KeptAttributes {
  const value = inode.xattrs === null ? undefined : tree.xattrs(inode).get(KEPT_XATTR);
  if (value === undefined || value.length !== SIZE_OF) {
    return { attributes: defaultAttributes(inode), created: 0n };
  }
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return { attributes: view.getUint32(0, true) & KEPT, created: view.getBigUint64(4, true) };
}

/** Keeps them; what is as by default takes no room. */
export function keepAttributes(
  tree: WorkingTree,
  inode: Inode,
  { attributes, created }: KeptAttributes,
): Status {
  const wanted = attributes & KEPT;
  const now = keptAttributes(tree, inode);
  if (now.attributes === wanted && now.created === created) return Status.Ok;
  if (wanted === defaultAttributes(inode) && created === 0n) {
    return setXattr(tree, inode, KEPT_XATTR, null, 0);
  }
  const value = new Uint8Array(SIZE_OF);
  const view = new DataView(value.buffer);
  view.setUint32(0, wanted, true);
  view.setBigUint64(4, created, true);
  return setXattr(tree, inode, KEPT_XATTR, value, 0);
}
