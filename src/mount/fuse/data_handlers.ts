/**
 * Requests about the bytes of files.
 *
 * @module
 */

import { WRITE_CACHE, WRITE_KILL_SUIDGID } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { SEEK_HOLE } from "../../host/source_files.ts";
import { allocate, copy, read, write } from "../../tree/operations/data.ts";
import { seek } from "../../tree/operations/read.ts";
import { Status } from "../../tree/status.ts";
import { isOutsider } from "./caller.ts";
import { type Context, otherNode } from "./context.ts";
import { OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE, type Request } from "./request.ts";

/** A count, or a negated status as a negative errno. */
function counted(reply: Reply, result: number): number {
  return result < 0 ? reply.status(-result as Status) : result;
}

export function readFile({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const offset = request.u64(BODY + 8);
  const length = Math.min(request.u32(BODY + 16), MAX_WRITE);
  return counted(reply, read(tree, inode, offset, reply.bytes, OUT, length));
}

/** True of a WRITE of pages that were dirtied earlier through a mapping, by nobody knows whom. */
export function isWriteBack(write: Request): boolean {
  return (write.u32(BODY + 20) & WRITE_CACHE) !== 0;
}

/** Size of struct fuse_write_in: the bytes follow. */
const WRITE_IN = 40;

export function writeFile({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const offset = request.u64(BODY + 8);
  const length = request.u32(BODY + 16);
  const kill = (request.u32(BODY + 20) & WRITE_KILL_SUIDGID) !== 0;
  const payload = BODY + WRITE_IN;
  if (payload + length > request.length) return -Errno.EINVAL;
  const { bytes, view } = request;
  const outsider = kill && isOutsider(request, inode);
  const status = write(tree, inode, offset, bytes, view, payload, length, kill, outsider);
  return status === Status.Ok ? writeOut(reply, length) : reply.status(status);
}

/** struct fuse_write_out. */
function writeOut(reply: Reply, count: number): number {
  reply.u32(OUT, count);
  reply.u32(OUT + 4, 0);
  return 8;
}

export function fallocate({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const offset = request.u64(BODY + 8);
  const length = request.u64(BODY + 16);
  return reply.status(allocate(tree, inode, request.u32(BODY + 24), offset, length));
}

export function lseek({ tree, request, reply }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const hole = request.u32(BODY + 16) === SEEK_HOLE;
  const result = seek(tree, inode, request.u64(BODY + 8), hole);
  if (result < 0) return counted(reply, result);
  reply.u64(OUT, result);
  return 8;
}

/** Most that one copy_file_range(2) answers: the count is a u32. */
const MAX_COPY = 2 ** 31;

export function copyFileRange(context: Context): number {
  const { tree, request, reply } = context;
  const from = tree.node(request.nodeId);
  const to = tree.node(otherNode(context, BODY + 16));
  if (from === undefined || to === undefined) return -Errno.ESTALE;
  const length = Math.min(request.u64(BODY + 40), MAX_COPY);
  const fromOffset = request.u64(BODY + 8);
  const result = copy(tree, from, fromOffset, to, request.u64(BODY + 32), length);
  return result < 0 ? counted(reply, result) : writeOut(reply, result);
}

/** Of the whole file system: every view's writes. */
export function syncfs({ views, sync }: Context): number {
  return sync([...views].filter(({ writable }) => writable).map(({ tree }) => tree.journal));
}

export function fsync({ tree, request, sync }: Context): number {
  const inode = tree.node(request.nodeId);
  if (inode !== undefined && inode.stale) return -Errno.ESTALE;
  return sync([tree.journal]);
}
