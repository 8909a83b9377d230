/**
 * Lookups of `.` and `..`: what the kernel asks to find a file by its handle (name_to_handle_at(2), NFS), which is a node
 * id and a generation.
 *
 * Node ids are of one mount. Its generation says which: one of another mount is not taken for a file of this one.
 *
 * @module
 */

import { Errno } from "../../host/errno.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import { recallNode } from "../../tree/recall_node.ts";
import type { Context } from "./context.ts";

/** The node itself, even if the kernel has forgotten it. */
export function lookupSelf(context: Context): number {
  const inode = recalled(context);
  return inode === null ? -Errno.ESTALE : context.reply.entry(context.view, inode);
}

/** The directory that a directory is in. That of a view's root is not part of its tree. */
export function lookupParent(context: Context): number {
  const inode = recalled(context);
  if (inode === null || inode.parent === null) return -Errno.ESTALE;
  return context.reply.entry(context.view, inode.parent);
}

function recalled({ tree, request }: Context): Inode | null {
  const inode = recallNode(tree, request.nodeId);
  return inode === null || inode.stale ? null : inode;
}
