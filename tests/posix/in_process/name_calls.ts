/**
 * Making, moving and taking away names.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../src/store/trees/entry.ts";
import { link, rename, unlink } from "../../../src/tree/operations/names.ts";
import { readTarget } from "../../../src/tree/operations/read.ts";
import { text, type TreeProcess } from "./process.ts";
import { CallError, EBUSY, found, named, type Place } from "./walk.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const ISGID = 0o2000;

export class NameCalls {
  constructor(readonly process: TreeProcess) {}

  mkdirat(at: number, path: Bytes, mode: number): number {
    const place = this.process.find(at, text(path), false);
    if (place.inode !== null) throw new CallError(Errno.EEXIST);
    const inherited = place.parent.mode & ISGID;
    this.process.create(place, S_IFDIR | (mode & ~this.process.umask & 0o1777) | inherited);
    return 0;
  }

  /** For what is no directory: a slash behind its name is wrong. */
  #newPlace(at: number, path: string): Place {
    const place = this.process.find(at, path, false);
    if (place.inode !== null) throw new CallError(Errno.EEXIST);
    if (place.slash) throw new CallError(Errno.ENOENT);
    return place;
  }

  mknodat(at: number, path: Bytes, mode: number, device: bigint): number {
    const place = this.#newPlace(at, text(path));
    const type = (mode & S_IFMT) || call.S_IFREG;
    if (type === S_IFDIR) throw new CallError(1);
    this.process.create(place, type | (mode & ~this.process.umask & 0o7777), Number(device));
    return 0;
  }

  symlinkat(target: Bytes, at: number, path: Bytes): number {
    const to = text(target);
    if (to === "") throw new CallError(Errno.ENOENT);
    if (to.length >= 4096) throw new CallError(Errno.ENAMETOOLONG);
    this.process.create(this.#newPlace(at, text(path)), S_IFLNK | 0o777, 0, to);
    return 0;
  }

  unlinkat(at: number, path: Bytes, flags: number): number {
    const isDirectory = (flags & call.AT_REMOVEDIR) !== 0;
    const place = this.process.find(at, text(path), false);
    if (!isDirectory) named(place, Errno.EISDIR);
    else if (place.name === ".") throw new CallError(Errno.EINVAL);
    else if (place.name === "..") throw new CallError(Errno.ENOTEMPTY);
    const inode = found(place);
    if (!isDirectory && place.slash && inode.directory !== null) throw new CallError(Errno.EISDIR);
    return this.process.status(unlink(this.process.tree, place.parent, place.name, isDirectory));
  }

  linkat(from: number, path: Bytes, to: number, name: Bytes, flags: number): number {
    const source = text(path);
    const follow = (flags & call.AT_SYMLINK_FOLLOW) !== 0 || source.endsWith("/");
    const inode = source === "" || /^\/proc\/self\/fd\/\d+$/.test(source)
      ? this.process.target(from, source, flags)
      : found(this.process.find(from, source, follow));
    const place = this.#newPlace(to, text(name));
    if (inode.nlink === 0 && !this.process.linkable.has(inode)) throw new CallError(Errno.ENOENT);
    return this.process.status(link(this.process.tree, inode, place.parent, place.name));
  }

  readlinkat(at: number, path: Bytes, into: Bytes): number {
    const target = readTarget(this.process.tree, found(this.process.find(at, text(path), false)));
    if (typeof target === "number") return this.process.status(target);
    for (let i = 0; i < target.length; i++) into[i] = target.charCodeAt(i);
    return target.length;
  }

  renameat2(from: number, old: Bytes, to: number, name: Bytes, flags: number): number {
    const { RENAME_EXCHANGE, RENAME_NOREPLACE, RENAME_WHITEOUT } = call;
    const isEither = (flags & RENAME_EXCHANGE) === 0 ||
      (flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) === 0;
    const known = RENAME_EXCHANGE | RENAME_NOREPLACE | RENAME_WHITEOUT;
    if (!isEither || (flags & ~known) !== 0) throw new CallError(Errno.EINVAL);
    const source = this.process.find(from, text(old), false);
    const target = this.process.find(to, text(name), false);
    named(source);
    named(target, (flags & RENAME_NOREPLACE) !== 0 ? Errno.EEXIST : EBUSY);
    const moved = found(source);
    if ((flags & RENAME_NOREPLACE) !== 0 && target.inode !== null) {
      throw new CallError(Errno.EEXIST);
    }
    const exchanged = (flags & RENAME_EXCHANGE) !== 0 ? found(target) : null;
    if (target.slash && (exchanged ?? moved).directory === null) {
      throw new CallError(Errno.ENOTDIR);
    }
    const { tree } = this.process;
    return this.process.status(
      rename(tree, source.parent, source.name, target.parent, target.name, flags),
    );
  }
}
