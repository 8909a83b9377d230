/**
 * Requests about attributes and extended attributes.
 *
 * @module
 */

import { Fattr } from "../../../ffi/fuse_kernel.ts";
import type { Timestamp } from "../../host/clock.ts";
import { Errno } from "../../host/errno.ts";
import {
  type AttributeChange,
  getXattr,
  setAttributes,
  setXattr,
} from "../../tree/operations/attributes.ts";
import { resize } from "../../tree/operations/data.ts";
import { readTarget } from "../../tree/operations/read.ts";
import { Status } from "../../tree/status.ts";
import { isOutsider, mayDropPrivileges } from "./caller.ts";
import type { Context } from "./context.ts";
import { OUT, sized } from "./reply.ts";
import { BODY, type Request } from "./request.ts";

export function getattr({ view, tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined || inode.stale) return -Errno.ESTALE;
  return reply.attributes(view, inode);
}

/** struct fuse_setattr_in, as offsets behind the header. */
const SETATTR = {
  VALID: 0,
  SIZE: 16,
  ATIME: 32,
  MTIME: 40,
  ATIME_NSEC: 56,
  MTIME_NSEC: 60,
  MODE: 68,
  UID: 76,
  GID: 80,
} as const;

const ATTRIBUTES = Fattr.MODE | Fattr.UID | Fattr.GID | Fattr.ATIME | Fattr.MTIME;

export function setattr({ view, tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const valid = request.u32(BODY + SETATTR.VALID);
  if ((valid & Fattr.SIZE) !== 0) {
    const kill = (valid & Fattr.KILL_SUIDGID) !== 0;
    const outsider = kill && isOutsider(request, inode);
    const status = resize(tree, inode, request.u64(BODY + SETATTR.SIZE), kill, outsider);
    if (status !== Status.Ok) return reply.status(status);
  }
  // A resize has set the times already; with explicit times and anything else they follow.
  if ((valid & ATTRIBUTES) !== 0 || (valid & Fattr.SIZE) === 0) {
    // Asking for nothing is the kernel's way to drop set-user-ID and set-group-ID, which a new owner does: for
    // chown(2) without one and, where the caller is not privileged, before fallocate(2) and copy_file_range(2).
    const dropping = (valid & ATTRIBUTES) === 0;
    if (dropping && !mayDropPrivileges(request, inode)) return -Errno.EPERM;
    const change: AttributeChange = dropping ? { uid: inode.uid } : requested(request, valid);
    if (change.uid !== undefined || change.gid !== undefined) {
      change.outsider = isOutsider(request, inode);
    }
    const status = setAttributes(tree, inode, change);
    if (status !== Status.Ok) return reply.status(status);
  }
  return reply.attributes(view, inode);
}

/** Seconds that cannot be kept become the nearest that can, as on a disk with another limit. */
function nearestTime(seconds: number): number {
  const limit = Number.MAX_SAFE_INTEGER;
  return Math.max(-limit, Math.min(limit, seconds));
}

function requested(request: Request, valid: number): AttributeChange {
  const given = <T>(flag: number, value: T): T | undefined =>
    (valid & flag) !== 0 ? value : undefined;
  const time = (sec: number, nsec: number): Timestamp => ({
    sec: nearestTime(request.i64(BODY + sec)),
    nsec: request.u32(BODY + nsec),
  });
  return {
    mode: given(Fattr.MODE, request.u32(BODY + SETATTR.MODE)),
    uid: given(Fattr.UID, request.u32(BODY + SETATTR.UID)),
    gid: given(Fattr.GID, request.u32(BODY + SETATTR.GID)),
    atime: given(Fattr.ATIME_NOW, "now" as const) ??
      given(Fattr.ATIME, time(SETATTR.ATIME, SETATTR.ATIME_NSEC)),
    mtime: given(Fattr.MTIME_NOW, "now" as const) ??
      given(Fattr.MTIME, time(SETATTR.MTIME, SETATTR.MTIME_NSEC)),
  };
}

export function readlink({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const target = readTarget(tree, inode);
  if (typeof target === "number") return reply.status(target);
  for (let i = 0; i < target.length; i++) reply.bytes[OUT + i] = target.charCodeAt(i);
  return target.length;
}

export function getxattr({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const value = getXattr(tree, inode, request.name(BODY + 8));
  return typeof value === "number" ? reply.status(value) : sized(reply, value, request.u32(BODY));
}

export function listxattr({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined || inode.stale) return -Errno.ESTALE;
  // What is trusted is for privileged callers: others do not even learn of it.
  const names = [...tree.xattrs(inode).keys()]
    .filter((name) => request.uid === 0 || !name.startsWith("trusted."))
    .map((name) => name + "\0").join("");
  const bytes = Uint8Array.from(names, (c) => c.charCodeAt(0));
  return sized(reply, bytes, request.u32(BODY));
}

/** struct fuse_setxattr_in without the extension that is not asked for. */
export function setxattr({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const size = request.u32(BODY);
  const flags = request.u32(BODY + 4);
  const name = request.name(BODY + 8);
  const value = request.bytes.slice(request.nameEnd, request.nameEnd + size);
  return reply.status(setXattr(tree, inode, name, value, flags));
}

export function removexattr({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  return reply.status(setXattr(tree, inode, request.name(BODY), null, 0));
}
