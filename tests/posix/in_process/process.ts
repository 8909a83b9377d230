/**
 * What a process has: descriptors, a umask and an identity. It works on a tree in this process.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import type { Inode } from "../../../src/tree/nodes/inode.ts";
import { create } from "../../../src/tree/operations/names.ts";
import type { Status } from "../../../src/tree/status.ts";
import type { WorkingTree } from "../../../src/tree/working_tree.ts";
import { errnoOf } from "../../../src/mount/fuse/errno.ts";
import type { Identity } from "../lab.ts";
import { NeedsKernel } from "./needs_kernel.ts";
import { CallError, checked, found, type Place, TreeWalk } from "./walk.ts";

export const ACCESS_MODE = 3;
export const AT_FDCWD = -100;
const FIRST_DESCRIPTOR = 1000;

export interface OpenFile {
  readonly inode: Inode;
  readonly flags: number;
  offset: number;
  /** Names of a directory that were not told yet; null before the first are. */
  left: call.Dirent[] | null;
}

export class TreeProcess {
  readonly #open = new Map<number, OpenFile>();
  /** Files made without a name that may get one. */
  readonly linkable = new WeakSet<Inode>();
  readonly #walk: TreeWalk;
  #next = FIRST_DESCRIPTOR;
  umask = 0o022;

  constructor(readonly tree: WorkingTree, readonly self: Identity) {
    this.#walk = new TreeWalk(tree);
  }

  /** Nothing is open as `fd` any more. */
  forget(fd: number): void {
    this.#open.delete(fd);
  }

  file(fd: number): OpenFile {
    const file = this.#open.get(fd);
    if (file === undefined) throw new CallError(Errno.EBADF);
    return file;
  }

  find(at: number, path: string, follow: boolean): Place {
    const link = /^\/proc\/self\/fd\/(\d+)\/?(.*)$/s.exec(path);
    if (link !== null) return this.#findFrom(Number(link[1]), link[2]!, follow);
    if (path.startsWith("/") && !/^\/\d+(\/|$)/.test(path)) throw new NeedsKernel(path);
    const from = at === AT_FDCWD || path.startsWith("/") ? this.tree.root : this.file(at).inode;
    return this.#walk.find(from, path, follow);
  }

  /** A path of /proc/self/fd: alone it is the descriptor. */
  #findFrom(fd: number, path: string, follow: boolean): Place {
    if (path !== "") return this.find(fd, path, follow);
    const { inode } = this.file(fd);
    return { parent: inode, name: ".", inode, slash: false };
  }

  /** What `path` means, or with an empty one and AT_EMPTY_PATH the descriptor. */
  target(at: number, path: string, flags: number): Inode {
    if (path === "" && (flags & call.AT_EMPTY_PATH) !== 0) return this.file(at).inode;
    const follow = (flags & call.AT_SYMLINK_NOFOLLOW) === 0 || path.endsWith("/");
    return found(this.find(at, path, follow));
  }

  descriptor(inode: Inode, flags: number): number {
    const fd = this.#next++;
    this.#open.set(fd, { inode, flags, offset: 0, left: null });
    return fd;
  }

  create(place: Place, mode: number, rdev = 0, target: string | null = null): Inode {
    const { uid } = this.self;
    const { parent, name } = place;
    // A child has the group of a set-group-ID directory: the tree sees to it.
    const made = create(this.tree, parent, name, mode, uid, this.self.gid, rdev, target);
    const inode = checked<Inode>(made);
    this.tree.nodes.remember(inode);
    return inode;
  }

  status(status: Status): number {
    return -errnoOf(status);
  }

  readable(fd: number): OpenFile {
    const file = this.file(fd);
    const wrong = (file.flags & ACCESS_MODE) === call.O_WRONLY || (file.flags & call.O_PATH) !== 0;
    if (wrong) throw new CallError(Errno.EBADF);
    if (file.inode.directory !== null) throw new CallError(Errno.EISDIR);
    return file;
  }

  writable(fd: number): OpenFile {
    const file = this.file(fd);
    const wrong = (file.flags & ACCESS_MODE) === 0 || (file.flags & call.O_PATH) !== 0;
    if (wrong) throw new CallError(Errno.EBADF);
    return file;
  }
}

/** A path or name as the C library takes it. */
export function text(bytes: Uint8Array): string {
  let path = "";
  for (const byte of bytes.subarray(0, bytes.indexOf(0))) path += String.fromCharCode(byte);
  return path;
}
