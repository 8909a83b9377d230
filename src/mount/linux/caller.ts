/**
 * What a request does not say about the process that made it.
 *
 * @module
 */

import type { Inode } from "../../tree/inode.ts";
import type { Request } from "./request.ts";

const S_ISGID = 0o2000;
const S_IXGRP = 0o010;

/**
 * True if a set-group-ID file without group execution is changed by somebody outside its group: the one case
 * in which the kernel leaves to us whether the bit goes. The caller is only looked at then. Who cannot be seen
 * (in another PID namespace, or gone) counts as outside.
 */
export function isOutsider(request: Request, inode: Inode): boolean {
  if ((inode.mode & (S_ISGID | S_IXGRP)) !== S_ISGID) return false;
  if (request.uid === 0 || request.gid === inode.gid) return false;
  return !supplementaryGroups(request.pid).includes(inode.gid);
}

function supplementaryGroups(pid: number): number[] {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    const groups = /^Groups:\t(.*)$/m.exec(status)?.[1] ?? "";
    return groups.split(" ").filter((group) => group !== "").map(Number);
  } catch {
    return [];
  }
}
