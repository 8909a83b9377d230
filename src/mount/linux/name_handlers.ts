/**
 * Requests about names.
 *
 * @module
 */

import { ENTRY_OUT, IN_HEADER, ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/errno.ts";
import { S_IFDIR, S_IFLNK } from "../../store/entry.ts";
import type { Inode } from "../../tree/inode.ts";
import { create, createNameless, fileMode, link, rename, unlink } from "../../tree/names.ts";
import { Status } from "../../tree/status.ts";
import type { Context } from "./context.ts";
import { NO_REPLY, OUT } from "./reply.ts";
import { BODY } from "./request.ts";
import { VIRTUAL_NAME, VIRTUAL_VIEW } from "./virtual_nodes.ts";

/** True for the one name in the root that is ours. */
function isVirtual(parent: Inode, name: string): boolean {
  return name === VIRTUAL_NAME && parent.nodeId === ROOT_ID;
}

export function lookup(context: Context): number {
  const { view, tree, request, reply, virtual } = context;
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  const name = request.name(BODY);
  // A checkpoint shows what was recorded, and nothing else.
  if (isVirtual(parent, name) && view.writable) return virtual.lookupHome(view.number);
  const inode = tree.lookup(parent, name);
  if (inode === Status.NotFound) return reply.negativeEntry();
  if (typeof inode === "number") return reply.status(inode);
  if (inode.lookups === 0) context.listAhead.lookedUp(view, parent);
  return reply.entry(view, inode);
}

/** Makes `name` in the request's directory and answers its entry. */
function make(
  { view, tree, request, reply }: Context,
  name: string,
  mode: number,
  rdev: number,
  target: string | null,
): number {
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  if (isVirtual(parent, name)) return -Errno.EACCES;
  const inode = create(tree, parent, name, mode, request.uid, request.gid, rdev, target);
  return typeof inode === "number" ? reply.status(inode) : reply.entry(view, inode);
}

export function mknod(context: Context): number {
  const { request } = context;
  const name = request.name(BODY + 16);
  return make(context, name, request.u32(BODY), request.u32(BODY + 4), null);
}

export function mkdir(context: Context): number {
  const { request } = context;
  const mode = S_IFDIR | (request.u32(BODY) & 0o7777);
  return make(context, request.name(BODY + 8), mode, 0, null);
}

export function symlink(context: Context): number {
  const { request } = context;
  const name = request.name(BODY);
  const target = request.name(request.nameEnd);
  return make(context, name, S_IFLNK | 0o777, 0, target);
}

/** struct fuse_open_out behind an entry: no handle, keep the cache. */
export function openOut({ reply }: Context, entry: number): number {
  if (entry !== ENTRY_OUT.SIZE) return entry;
  const at = OUT + entry;
  reply.u64(at, 0);
  reply.u32(at + 8, 2);
  reply.u32(at + 12, 0);
  return entry + 16;
}

export function createFile(context: Context): number {
  const { request } = context;
  const mode = fileMode(request.u32(BODY + 4));
  return openOut(context, make(context, request.name(BODY + 16), mode, 0, null));
}

export function tmpfile(context: Context): number {
  const { view, tree, request, reply } = context;
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  const mode = fileMode(request.u32(BODY + 4));
  const inode = createNameless(tree, parent, mode, request.uid, request.gid);
  if (typeof inode === "number") return reply.status(inode);
  return openOut(context, reply.entry(view, inode));
}

export function linkFile({ view, tree, request, reply }: Context): number {
  const source = request.otherNode(BODY);
  if (source < 0) return -Errno.EXDEV;
  const parent = tree.node(request.nodeId);
  const inode = tree.node(source);
  if (parent === undefined || inode === undefined) return -Errno.ESTALE;
  const name = request.name(BODY + 8);
  if (isVirtual(parent, name)) return -Errno.EACCES;
  const status = link(tree, inode, parent, name);
  return status === Status.Ok ? reply.entry(view, inode) : reply.status(status);
}

function remove({ tree, request, reply }: Context, directory: boolean): number {
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  const name = request.name(BODY);
  if (isVirtual(parent, name)) return -Errno.EACCES;
  return reply.status(unlink(tree, parent, name, directory));
}

export function unlinkFile(context: Context): number {
  return remove(context, false);
}

export function rmdir(context: Context): number {
  return remove(context, true);
}

function move({ tree, request, reply }: Context, names: number, flags: number): number {
  const target = request.otherNode(BODY);
  if (target < 0) return -Errno.EXDEV;
  const from = tree.node(request.nodeId);
  const to = tree.node(target);
  if (from === undefined || to === undefined) return -Errno.ESTALE;
  const fromName = request.name(names);
  const toName = request.name(request.nameEnd);
  if (isVirtual(from, fromName) || isVirtual(to, toName)) return -Errno.EACCES;
  return reply.status(rename(tree, from, fromName, to, toName, flags));
}

export function renameFile(context: Context): number {
  return move(context, BODY + 8, 0);
}

export function rename2(context: Context): number {
  return move(context, BODY + 16, context.request.u32(BODY + 8));
}

/** The node id stands at `at`. It may be of any view, or of one that is gone. */
function forgetNode({ views, virtual, request }: Context, at: number, lookups: number): void {
  const view = request.viewAt(at);
  const id = request.nodeAt(at);
  if (view === VIRTUAL_VIEW) virtual.nodes.forget(id, lookups);
  else views.forget(view, id, lookups);
}

export function forget(context: Context): number {
  forgetNode(context, IN_HEADER.NODEID, context.request.u64(BODY));
  return NO_REPLY;
}

export function batchForget(context: Context): number {
  const { request } = context;
  const count = request.u32(BODY);
  for (let i = 0; i < count; i++) {
    const at = BODY + 8 + 16 * i;
    forgetNode(context, at, request.u64(at + 8));
  }
  return NO_REPLY;
}
