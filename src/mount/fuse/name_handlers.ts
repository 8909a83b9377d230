/**
 * Requests about names.
 *
 * @module
 */

import { ROOT_ID } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { S_IFDIR, S_IFLNK } from "../../store/trees/entry.ts";
import type { Inode } from "../../tree/nodes/inode.ts";
import {
  create,
  createNameless,
  fileMode,
  link,
  rename,
  unlink,
} from "../../tree/operations/names.ts";
import { Status } from "../../tree/status.ts";
import type { WorkingTree } from "../../tree/working_tree.ts";
import { MAIN_VIEW, SHARED_VIEW, VIRTUAL_VIEW, wireNode } from "../views.ts";
import { type Context, otherNode } from "./context.ts";
import { lookupParent, lookupSelf } from "./handle_handlers.ts";
import { NO_REPLY, OUT } from "./reply.ts";
import { BODY } from "./request.ts";
import { VIRTUAL_NAME } from "../virtual/virtual_nodes.ts";

/** True for the one name in the root that is ours. */
function isVirtual(parent: Inode, name: string): boolean {
  return name === VIRTUAL_NAME && parent.nodeId === ROOT_ID;
}

export function lookup(context: Context): number {
  const { view, tree, request, reply, virtual, pendingNames } = context;
  const name = request.name(BODY);
  if (name === ".") return lookupSelf(context);
  if (name === "..") return lookupParent(context);
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  // A checkpoint shows what was recorded, and nothing else.
  if (isVirtual(parent, name) && view.writable) {
    return virtual.lookupHome(context.shared === null ? view.number : MAIN_VIEW);
  }
  const inode = tree.lookup(parent, name);
  if (context.shared !== null) noteLookup(context, name, inode);
  const isPending = pendingNames.has(parent, name);
  if (inode === Status.NotFound) return isPending ? -Errno.ENOENT : reply.negativeEntry(view);
  if (typeof inode === "number") return reply.status(inode);
  if (inode.lookups === 0 && !view.isRouted) context.listAhead.lookedUp(view, parent);
  return isPending ? reply.fleetingEntry(view, inode) : reply.entry(view, inode);
}

/** Where views share directories, what one of them finds may cost the others theirs. */
function noteLookup(context: Context, name: string, found: Inode | Status): void {
  const { view, routing, request } = context;
  const isDirectory = typeof found !== "number" && found.directory !== null;
  if (isDirectory) routing!.revisits.answered(request.wireNode, name);
  else routing!.missed(view, request.wireNode, name);
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
  if (entry !== reply.dialect.entryOut.SIZE) return entry;
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

export function linkFile(context: Context): number {
  const { view, tree, request, reply } = context;
  const source = otherNode(context, BODY);
  if (source < 0) return -Errno.EXDEV;
  const parent = tree.node(request.nodeId);
  const inode = tree.node(source);
  if (parent === undefined || inode === undefined) return -Errno.ESTALE;
  const name = request.name(BODY + 8);
  if (isVirtual(parent, name)) return -Errno.EACCES;
  const status = link(tree, inode, parent, name);
  return status === Status.Ok ? reply.entry(view, inode) : reply.status(status);
}

function remove(context: Context, directory: boolean): number {
  const { view, views, tree, request, reply } = context;
  const parent = tree.node(request.nodeId);
  if (parent === undefined) return -Errno.ESTALE;
  const name = request.name(BODY);
  if (isVirtual(parent, name)) return -Errno.EACCES;
  const removed = directory ? directoryAt(context, parent, name) : null;
  if (removed !== null && isEmpty(tree, removed) && unshare(context, removed)) return -Errno.ESTALE;
  const { removals } = view;
  const now = removals === undefined ? 0 : performance.now();
  const inode = removals === undefined ? Status.NotFound : tree.lookup(parent, name);
  removals?.removing(tree, now);
  const status = unlink(tree, parent, name, directory);
  if (status === Status.Ok && typeof inode !== "number") {
    if (removals!.removed(tree, now, { parent, name, inode })) views.removing = view;
  }
  if (removed !== null && status === Status.Ok) moved(context, removed, parent, name);
  return reply.status(status);
}

/** The directory of that name, if views share directories; else null. */
function directoryAt({ tree, shared }: Context, parent: Inode, name: string): Inode | null {
  if (shared === null) return null;
  const found = tree.lookup(parent, name);
  return typeof found === "number" || found.directory === null ? null : found;
}

function isEmpty(tree: WorkingTree, directory: Inode): boolean {
  return tree.load(directory) === Status.Ok && directory.directory!.entries!.size === 0;
}

/** True if the kernel has to look the directory up again first, which it does when it is told that the path is stale. */
function unshare({ view, shared }: Context, directory: Inode): boolean {
  return shared!.unshare(view, directory);
}

/** The directory is not where it was. */
function moved(
  { view, shared, routing }: Context,
  directory: Inode,
  from: Inode,
  name: string,
): void {
  shared!.moved(view, directory);
  const parent = shared!.idOf(view, from);
  if (parent !== undefined) routing!.missed(view, parent, name);
}

export function unlinkFile(context: Context): number {
  return remove(context, false);
}

export function rmdir(context: Context): number {
  return remove(context, true);
}

function move(context: Context, names: number, flags: number): number {
  const { tree, request, reply } = context;
  const target = otherNode(context, BODY);
  if (target < 0) return -Errno.EXDEV;
  const from = tree.node(request.nodeId);
  const to = tree.node(target);
  if (from === undefined || to === undefined) return -Errno.ESTALE;
  const fromName = request.name(names);
  const toName = request.name(request.nameEnd);
  if (isVirtual(from, fromName) || isVirtual(to, toName)) return -Errno.EACCES;
  const source = directoryAt(context, from, fromName);
  const replaced = directoryAt(context, to, toName);
  const unshared = [source, replaced].filter((found) => found !== null && unshare(context, found));
  if (unshared.length > 0) return -Errno.ESTALE;
  const status = rename(tree, from, fromName, to, toName, flags);
  if (status === Status.Ok) {
    if (source !== null) moved(context, source, from, fromName);
    if (replaced !== null) moved(context, replaced, to, toName);
  }
  return reply.status(status);
}

export function renameFile(context: Context): number {
  return move(context, BODY + 8, 0);
}

export function rename2(context: Context): number {
  return move(context, BODY + 16, context.request.u32(BODY + 8));
}

/** The kernel gives back references to a node of any view, or of one that is gone. */
export function forgetNode(context: Context, view: number, id: number, lookups: number): void {
  const { views, virtual, routing } = context;
  if (view === VIRTUAL_VIEW) virtual.nodes.forget(id, lookups);
  else if (view === SHARED_VIEW) routing?.shared.forget(wireNode(view, id), lookups);
  else views.forget(view, id, lookups);
  if (view === MAIN_VIEW) routing?.shared.forgotMain(id);
}

export function forget(context: Context): number {
  const { request } = context;
  forgetNode(context, request.viewNumber, request.nodeId, request.u64(BODY));
  return NO_REPLY;
}

export function batchForget(context: Context): number {
  const { request } = context;
  const count = request.u32(BODY);
  for (let i = 0; i < count; i++) {
    const at = BODY + 8 + 16 * i;
    forgetNode(context, request.viewAt(at), request.nodeAt(at), request.u64(at + 8));
  }
  return NO_REPLY;
}
