/**
 * Opening and closing files, and who one is.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { resize } from "../../../src/tree/operations/data.ts";
import type { Inode } from "../../../src/tree/nodes/inode.ts";
import { createNameless, fileMode } from "../../../src/tree/operations/names.ts";
import { NeedsKernel } from "./needs_kernel.ts";
import { ACCESS_MODE, text, type TreeProcess } from "./process.ts";
import { CallError, checked, found } from "./walk.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class OpenCalls {
  constructor(readonly process: TreeProcess) {}

  openat(at: number, pathBytes: Bytes, flags: number, mode: number): number {
    const path = text(pathBytes);
    if ((flags & call.O_TMPFILE) === call.O_TMPFILE) return this.#tmpfile(at, path, flags, mode);
    const creates = (flags & call.O_CREAT) !== 0;
    if (creates && (flags & call.O_DIRECTORY) !== 0) throw new CallError(Errno.EINVAL);
    const exclusive = (flags & (call.O_CREAT | call.O_EXCL)) === (call.O_CREAT | call.O_EXCL);
    const follow = (flags & call.O_NOFOLLOW) === 0 && !exclusive;
    const place = this.process.find(at, path, follow || (!creates && path.endsWith("/")));
    if (creates && place.slash) throw new CallError(Errno.EISDIR);
    if (place.inode === null) {
      if (!creates) throw new CallError(Errno.ENOENT);
      const made = this.process.create(place, fileMode(mode & ~this.process.umask & 0o7777));
      return this.process.descriptor(made, flags);
    }
    if (exclusive) throw new CallError(Errno.EEXIST);
    const inode = found(place);
    const writes = (flags & ACCESS_MODE) !== 0;
    if ((flags & call.O_PATH) === 0) {
      if (inode.isSymlink) throw new CallError(Errno.ELOOP);
      if (inode.directory !== null && (writes || creates)) throw new CallError(Errno.EISDIR);
      if (inode.directory === null && (flags & call.O_DIRECTORY) !== 0) {
        throw new CallError(Errno.ENOTDIR);
      }
      if (inode.directory === null && !inode.isFile) throw new NeedsKernel("A special file");
      if ((flags & call.O_TRUNC) !== 0) checked(resize(this.process.tree, inode, 0, false));
    }
    return this.process.descriptor(inode, flags);
  }

  #tmpfile(at: number, path: string, flags: number, mode: number): number {
    if ((flags & call.O_CREAT) !== 0) throw new CallError(Errno.EINVAL);
    const directory = found(this.process.find(at, path, true));
    if ((flags & ACCESS_MODE) === 0) throw new CallError(Errno.EINVAL);
    const permissions = fileMode(mode & ~this.process.umask & 0o7777);
    const { uid, gid } = this.process.self;
    const inode = checked<Inode>(
      createNameless(this.process.tree, directory, permissions, uid, gid),
    );
    this.process.tree.nodes.remember(inode);
    if ((flags & call.O_EXCL) === 0) this.process.linkable.add(inode);
    return this.process.descriptor(inode, flags);
  }

  close(fd: number): number {
    this.process.file(fd);
    this.process.forget(fd);
    return 0;
  }

  umask(mask: number): number {
    const before = this.process.umask;
    this.process.umask = mask & 0o777;
    return before;
  }

  /** Acting as oneself is all that can be done here. */
  syscall(_number: bigint, _a: bigint, id: bigint): number {
    const own = [0n, -1n, BigInt(this.process.self.uid), BigInt(this.process.self.gid)];
    if (!own.includes(id)) throw new NeedsKernel("Acting as somebody else");
    return 0;
  }
}
