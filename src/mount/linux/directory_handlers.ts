/**
 * Requests that list directories.
 *
 * A listing is a stream of entries with a cookie each, at which it can be continued. Cookies grow with
 * insertion, so what is removed or added while somebody lists neither hides nor repeats other names.
 *
 * @module
 */

import { DIRENT, ENTRY_OUT } from "../../../ffi/fuse_kernel.ts";
import { Errno } from "../../../ffi/errno.ts";
import { S_IFMT } from "../../store/entry.ts";
import { type DirectoryState, type Dirent, FIRST_COOKIE, type Inode } from "../../tree/inode.ts";
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

function list({ view, tree, request, reply }: Context, plus: boolean): number {
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
  );
  if (cookie < 1 && !writer.dot(".", inode.ino, 1)) return writer.length;
  if (cookie < 2 && !writer.dot("..", (inode.parent ?? inode).ino, 2)) return writer.length;
  const state = inode.directory!;
  let last = Math.max(cookie, FIRST_COOKIE - 1);
  const iterator = seekTo(state, last);
  for (let step = iterator.next(); !step.done; step = iterator.next()) {
    const [name, dirent] = step.value;
    if (!writer.entry(name, dirent)) {
      // The iterator is past an entry that did not fit: the next call has to find it again.
      state.cursor = { cookie: last, iterator: resume(state, step.value, iterator) };
      return writer.length;
    }
    last = dirent.cookie;
  }
  state.cursor = null;
  return writer.length;
}

/** Entries whose cookie is above `cookie`. */
function seekTo(state: DirectoryState, cookie: number): Iterator<[string, Dirent]> {
  if (state.cursor?.cookie === cookie) {
    const { iterator } = state.cursor;
    state.cursor = null;
    return iterator;
  }
  return after(state.entries!, cookie);
}

function* after(entries: Map<string, Dirent>, cookie: number): Generator<[string, Dirent], void> {
  for (const entry of entries) if (entry[1].cookie > cookie) yield entry;
}

function* resume(
  state: DirectoryState,
  [name, dirent]: [string, Dirent],
  rest: Iterator<[string, Dirent]>,
): Generator<[string, Dirent], void> {
  // It may have been removed, or replaced under the same name, since.
  if (state.entries!.get(name) === dirent) yield [name, dirent];
  for (let step = rest.next(); !step.done; step = rest.next()) yield step.value;
}

class ListingWriter {
  length = 0;

  constructor(
    readonly view: View,
    readonly reply: Reply,
    readonly limit: number,
    readonly plus: boolean,
  ) {}

  /** Returns false if it does not fit. */
  dot(name: string, ino: number, cookie: number): boolean {
    return this.#write(name, ino, 4, cookie, null);
  }

  entry(name: string, dirent: Dirent): boolean {
    const { inode } = dirent;
    return this.#write(name, inode.ino, (inode.mode & S_IFMT) >> 12, dirent.cookie, inode);
  }

  #write(name: string, ino: number, type: number, cookie: number, inode: Inode | null): boolean {
    const padded = (DIRENT.SIZE + name.length + 7) & ~7;
    const needed = this.plus ? ENTRY_OUT.SIZE + padded : padded;
    if (this.length + needed > this.limit) return false;
    const { reply } = this;
    let at = OUT + this.length;
    if (this.plus) {
      if (inode === null) reply.bytes.fill(0, at, at + ENTRY_OUT.SIZE);
      else reply.entryAt(at, this.view, inode);
      at += ENTRY_OUT.SIZE;
    }
    reply.inodeNumber(at + DIRENT.INO, this.view.inodeSpace, ino);
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
