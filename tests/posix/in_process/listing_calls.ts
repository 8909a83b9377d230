/**
 * Listing directories.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { S_IFMT } from "../../../src/store/trees/entry.ts";
import type { Inode } from "../../../src/tree/nodes/inode.ts";
import { listNames } from "../../../src/tree/operations/listing.ts";
import type { TreeProcess } from "./process.ts";
import { CallError, checked } from "./walk.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export class ListingCalls {
  constructor(readonly process: TreeProcess) {}

  getdents64(fd: number, into: Bytes, size: bigint): number {
    const file = this.process.file(fd);
    if (file.inode.directory === null) throw new CallError(Errno.ENOTDIR);
    if (this.process.tree.isOrphan(file.inode)) throw new CallError(Errno.ENOENT);
    file.left ??= this.#listing(file.inode, file.offset);
    const view = new DataView(into.buffer);
    let at = 0;
    for (let next = file.left[0]; next !== undefined; next = file.left[0]) {
      const length = 19 + next.name.length + 1 + 7 & ~7;
      if (at + length > Number(size)) {
        if (at === 0) throw new CallError(Errno.EINVAL);
        break;
      }
      view.setBigUint64(at, next.ino, true);
      view.setBigInt64(at + 8, next.offset, true);
      view.setUint16(at + 16, length, true);
      into[at + 18] = next.type;
      for (let i = 0; i < next.name.length; i++) into[at + 19 + i] = next.name.charCodeAt(i);
      into[at + 19 + next.name.length] = 0;
      at += length;
      file.offset = Number(next.offset);
      file.left.shift();
    }
    return at;
  }

  #listing(inode: Inode, from: number): call.Dirent[] {
    checked(this.process.tree.load(inode));
    const own = (name: string, { ino }: Inode, offset: bigint) => ({
      name,
      type: 4,
      ino: BigInt(ino),
      offset,
    });
    const all = [own(".", inode, 1n), own("..", inode.parent ?? inode, 2n)];
    listNames(this.process.tree, inode, from, (name, { inode: { ino, mode }, cookie }) => {
      all.push({ name, type: (mode & S_IFMT) >> 12, ino: BigInt(ino), offset: BigInt(cookie) });
      return true;
    });
    return all.filter(({ offset }) => offset > from);
  }
}
