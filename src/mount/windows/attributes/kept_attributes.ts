/**
 * What Windows keeps of a file and the tree has no place for, of files of which a program has set it.
 *
 * @module
 */

import {
  KEPT_XATTR,
  type KeptAttributes,
  keptOf,
  layKept,
  parseKept,
  usualAttributes,
} from "../../../../ffi/windows/kept_attributes.ts";
import type { Inode } from "../../../tree/nodes/inode.ts";
import { setXattr } from "../../../tree/operations/attributes.ts";
import { Status } from "../../../tree/status.ts";
import type { WorkingTree } from "../../../tree/working_tree.ts";

export { KEPT_XATTR };

/** Where nobody has said otherwise. */
export function defaultAttributes(inode: Inode): number {
  return usualAttributes(inode.isFile);
}

export function keptAttributes(tree: WorkingTree, inode: Inode): KeptAttributes {
  const value = inode.xattrs === null ? undefined : tree.xattrs(inode).get(KEPT_XATTR);
  const kept = value === undefined ? null : parseKept(value);
  return kept ?? { attributes: defaultAttributes(inode), created: 0n };
}

/** Keeps them; what is as by default takes no room. */
export function keepAttributes(
  tree: WorkingTree,
  inode: Inode,
  { attributes, created }: KeptAttributes,
): Status {
  const wanted = keptOf(attributes);
  const now = keptAttributes(tree, inode);
  if (now.attributes === wanted && now.created === created) return Status.Ok;
  if (wanted === defaultAttributes(inode) && created === 0n) {
    return setXattr(tree, inode, KEPT_XATTR, null, 0);
  }
  return setXattr(tree, inode, KEPT_XATTR, layKept({ attributes: wanted, created }), 0);
}
