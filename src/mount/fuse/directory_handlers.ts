/**
 * Requests that list directories.
 *
 * @module
 */

import { DIRENT } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../host/errno.ts";
import { S_IFMT } from "../../store/trees/entry.ts";
import type { Dirent, Inode } from "../../tree/nodes/inode.ts";
import { listNames } from "../../tree/operations/listing.ts";
import { Status } from "../../tree/status.ts";
import type { View } from "../views.ts";
import type { Context } from "./context.ts";
import { OUT, type Reply } from "./reply.ts";
import { BODY, MAX_WRITE } from "./request.ts";

export function readdir(context: Context): number {
  return list(context, false);
}

export function readdirplus(context: Context): number {
  return list(context, true);
}

function list(context: Context, plus: boolean): number {
  const { view, tree, request, reply, pendingNames } = context;
  const inode = tree.node(request.nodeId);
  if (inode === undefined) return -Errno.ESTALE;
  const status = tree.load(inode);
  if (status !== Status.Ok) return reply.status(status);
  const cookie = request.u64(BODY + 8);
  const writer = new ListingWriter(
    view,
    reply,
    Math.min(request.u32(BODY + 16), MAX_WRITE),
    plus,
    (name) => pendingNames.has(inode, name),
  );
  if (cookie < 1 && !writer.dot(".", inode, 1)) return writer.length;
  if (cookie < 2 && !writer.dot("..", inode.parent ?? inode, 2)) return writer.length;
  listNames(tree, inode, cookie, (name, dirent) => writer.entry(name, dirent));
  return writer.length;
}

class ListingWriter {
  length = 0;

  constructor(
    readonly view: View,
    readonly reply: Reply,
    readonly limit: number,
    readonly plus: boolean,
    /** What the kernel may not keep it need not be told. */
    readonly isPending: (name: string) => boolean,
  ) {}

  /** Returns false if it does not fit. */
  dot(name: string, inode: Inode, cookie: number): boolean {
    return this.#write(name, inode, 4, cookie, false);
  }

  entry(name: string, dirent: Dirent): boolean {
    const { inode } = dirent;
    return this.#write(name, inode, (inode.mode & S_IFMT) >> 12, dirent.cookie, true);
  }

  /** `isTold`: what is told besides the name counts as a lookup of it. */
  #write(name: string, inode: Inode, type: number, cookie: number, isTold: boolean): boolean {
    const padded = (DIRENT.SIZE + name.length + 7) & ~7;
    const needed = this.plus ? this.reply.dialect.entryOut.SIZE + padded : padded;
    if (this.length + needed > this.limit) return false;
    const { reply } = this;
    let at = OUT + this.length;
    if (this.plus) {
      // What the kernel cannot keep it need not be told with every listing: node id 0 says so.
      if (!isTold || this.view.isRouted || this.isPending(name)) {
        reply.bytes.fill(0, at, at + this.reply.dialect.entryOut.SIZE);
      } else reply.entryAt(at, this.view, inode);
      at += this.reply.dialect.entryOut.SIZE;
    }
    reply.inodeNumberOf(at + DIRENT.INO, this.view, inode);
    reply.u64(at + DIRENT.OFF, cookie);
    reply.u32(at + DIRENT.NAMELEN, name.length);
    reply.u32(at + DIRENT.TYPE, type);
    const start = at + DIRENT.SIZE;
    for (let i = 0; i < name.length; i++) reply.bytes[start + i] = name.charCodeAt(i);
    reply.bytes.fill(0, start + name.length, at + padded);
    this.length += needed;
    return true;
  }
}
