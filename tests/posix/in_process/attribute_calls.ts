/**
 * Attributes of files, and extended ones.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import {
  type AttributeChange,
  getXattr,
  setAttributes,
  setXattr,
} from "../../../src/tree/operations/attributes.ts";
import type { Inode } from "../../../src/tree/nodes/inode.ts";
import { blocksOf } from "../../../src/tree/operations/read.ts";
import { bytesOf } from "../lab.ts";
import { NeedsKernel } from "./needs_kernel.ts";
import { AT_FDCWD, text, type TreeProcess } from "./process.ts";
import { CallError, found } from "./walk.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class AttributeCalls {
  constructor(readonly process: TreeProcess) {}

  fchmodat(at: number, path: Bytes, mode: number): number {
    const inode = this.process.target(at, text(path), 0);
    return this.process.status(setAttributes(this.process.tree, inode, { mode: mode & 0o7777 }));
  }

  fchownat(at: number, path: Bytes, uid: number, gid: number, flags: number): number {
    const inode = this.process.target(at, text(path), flags);
    const nobody = 0xffff_ffff;
    const change: AttributeChange = {
      uid: uid === nobody ? undefined : uid,
      gid: gid === nobody ? undefined : gid,
    };
    if (uid === nobody && gid === nobody) change.uid = inode.uid;
    return this.process.status(setAttributes(this.process.tree, inode, change));
  }

  utimensat(at: number, path: Bytes, words: BigInt64Array | null, flags: number): number {
    const time = (i: number) => {
      const [sec, nsec] = [Number(words![i]), Number(words![i + 1])];
      if (nsec === call.UTIME_OMIT[1]) return undefined;
      if (nsec === call.UTIME_NOW[1]) return "now" as const;
      if (nsec < 0 || nsec > 999_999_999) throw new CallError(Errno.EINVAL);
      return { sec, nsec };
    };
    const [atime, mtime] = words === null ? ["now" as const, "now" as const] : [time(0), time(2)];
    if (atime === undefined && mtime === undefined) return 0;
    const inode = this.process.target(at, text(path), flags);
    return this.process.status(setAttributes(this.process.tree, inode, { atime, mtime }));
  }

  statx(at: number, path: Bytes, flags: number, mask: number, into: Bytes): number {
    if ((mask & call.STATX_BTIME) !== 0) throw new NeedsKernel("What a file system does not tell");
    const inode = this.process.target(at, text(path), flags);
    const view = new DataView(into.buffer);
    view.setUint32(4, 4096, true);
    view.setUint32(16, this.process.tree.linkCount(inode), true);
    view.setUint32(20, inode.uid, true);
    view.setUint32(24, inode.gid, true);
    view.setUint16(28, inode.mode, true);
    view.setBigUint64(32, BigInt(inode.ino), true);
    view.setBigUint64(40, BigInt(inode.directory === null ? inode.size : 4096), true);
    view.setBigUint64(48, BigInt(blocksOf(this.process.tree, inode)), true);
    const times = [
      [64, inode.atimeSec, inode.atimeNsec],
      [96, inode.ctimeSec, inode.ctimeNsec],
      [112, inode.mtimeSec, inode.mtimeNsec],
    ] as const;
    for (const [offset, sec, nsec] of times) {
      view.setBigInt64(offset, BigInt(sec), true);
      view.setUint32(offset + 8, nsec, true);
    }
    // dev_t as the C library packs it.
    view.setUint32(128, inode.rdev >> 8 & 0xfff, true);
    view.setUint32(132, inode.rdev & 0xff | inode.rdev >> 12 & 0xfff00, true);
    return 0;
  }

  lsetxattr(path: Bytes, name: Bytes, value: Bytes, _size: bigint, flags: number): number {
    const inode = this.#ofXattr(path, name);
    if ((flags & ~(call.XATTR_CREATE | call.XATTR_REPLACE)) !== 0) {
      throw new CallError(Errno.EINVAL);
    }
    return this.process.status(setXattr(this.process.tree, inode, text(name), value, flags));
  }

  lremovexattr(path: Bytes, name: Bytes): number {
    return this.process.status(
      setXattr(this.process.tree, this.#ofXattr(path, name), text(name), null, 0),
    );
  }

  lgetxattr(path: Bytes, name: Bytes, into: Bytes, size: bigint): number {
    const value = getXattr(this.process.tree, this.#ofXattr(path, name), text(name));
    return typeof value === "number" ? this.process.status(value) : sized(value, into, size);
  }

  llistxattr(path: Bytes, into: Bytes, size: bigint): number {
    const inode = found(this.process.find(AT_FDCWD, text(path), false));
    const names = [...this.process.tree.xattrs(inode).keys()].map((name) => `${name}\0`).join("");
    return sized(bytesOf(names), into, size);
  }

  /** Whose attribute it is. The kernel checks the name's length, and who may have which. */
  #ofXattr(path: Bytes, name: Bytes): Inode {
    const inode = found(this.process.find(AT_FDCWD, text(path), false));
    const { length } = text(name);
    if (length === 0 || length > 255) throw new CallError(Errno.ERANGE);
    if (!inode.isFile && inode.directory === null) throw new NeedsKernel("Of a special file");
    return inode;
  }
}

function sized(value: Uint8Array, into: Bytes, size: bigint): number {
  if (size === 0n) return value.length;
  if (value.length > Number(size)) return -Errno.ERANGE;
  into.set(value);
  return value.length;
}
