/**
 * What a request does not say about the process that made it.
 *
 * @module
 */

import { groupsOf } from "../../host/processes.ts";
import { withoutPrivileges } from "../../tree/operations/attributes.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import type { Request } from "./request.ts";

const S_ISGID = 0o2000;
const S_IXGRP = 0o010;
const S_IWGRP = 0o020;
const S_IWOTH = 0o002;

/**
 * True if a set-group-ID file without group execution is changed by somebody outside its group: the one case
 * in which the kernel leaves to us whether the bit goes. The caller is only looked at then. Who cannot be seen
 * (in another PID namespace, or gone) counts as outside.
 */
export function isOutsider(request: Request, inode: Inode): boolean {
  if ((inode.mode & (S_ISGID | S_IXGRP)) !== S_ISGID) return false;
  return request.uid !== 0 && !isInGroup(request, inode.gid);
}

/**
 * True if the caller may drop set-user-ID by a request that asks for nothing else. The kernel sends the same
 * request for a chown(2) that names nobody, which is for the owner, and before fallocate(2) and
 * copy_file_range(2), which are for all who may write; it checks neither.
 */
export function mayDropPrivileges(request: Request, inode: Inode): boolean {
  if (withoutPrivileges(inode.mode, true) === inode.mode) return true;
  if (request.uid === 0 || request.uid === inode.uid) return true;
  const needed = isInGroup(request, inode.gid) ? S_IWGRP : S_IWOTH;
  return (inode.mode & needed) !== 0;
}

function isInGroup(request: Request, gid: number): boolean {
  return request.gid === gid || groupsOf(request.pid).includes(gid);
}
