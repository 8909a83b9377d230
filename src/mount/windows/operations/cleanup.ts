/**
 * The end of what is open: the last handle of a program is closed (CLEANUP), and then nothing of the system uses it either
 * (CLOSE). What is to be deleted goes with the first.
 *
 * @module
 */

import { NtStatus } from "../../../../ffi/windows/nt_status.ts";
import { CLEANUP, CleanupBit } from "../../../../ffi/windows/winfsp/protocol.ts";
import { unlink } from "../../../tree/operations/names.ts";
import { Status } from "../../../tree/status.ts";
import type { Context } from "../context.ts";
import { removing } from "../acts/file_acts.ts";
import { ntStatusOf } from "../nt_status_of.ts";
import { isNamed } from "../opens.ts";
import {
  defaultAttributes,
  keepAttributes,
  keptAttributes,
} from "../attributes/kept_attributes.ts";

/** It cannot fail: what could not be removed stays. */
export function cleanup(context: Context): number {
  const { request, file } = context;
  const bits = request.u32(CLEANUP.BITS);
  if (file.virtual !== null || !file.view.writable) return NtStatus.SUCCESS;
  if ((bits & CleanupBit.DELETE) !== 0) return remove(context);
  if ((bits & CleanupBit.SET_ARCHIVE) !== 0) archive(context);
  return NtStatus.SUCCESS;
}

export function close({ opens, file }: Context): number {
  opens.close(file);
  return NtStatus.SUCCESS;
}

function remove({ file, views, acts }: Context): number {
  const { view, inode } = file;
  const { tree, removals } = view;
  if (!isNamed(file)) return NtStatus.SUCCESS;
  const refused = acts.begin(removing(file, acts.removals.of(file)));
  if (refused !== NtStatus.SUCCESS) return refused;
  const now = removals === undefined ? 0 : performance.now();
  removals?.removing(tree, now);
  const removed = { parent: file.parent!, name: file.name, inode };
  const status = unlink(tree, removed.parent, removed.name, inode.directory !== null);
  if (status === Status.Ok && removals?.removed(tree, now, removed)) views.removing = view;
  return ntStatusOf(status);
}

/** It was changed: it is to be archived again, if somebody had said that it is not. */
function archive({ file: { view: { tree }, inode } }: Context): void {
  if (inode.stale || inode.xattrs === null) return;
  const kept = keptAttributes(tree, inode);
  const attributes = kept.attributes | defaultAttributes(inode);
  if (attributes !== kept.attributes) keepAttributes(tree, inode, { ...kept, attributes });
}
