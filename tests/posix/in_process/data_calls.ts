/**
 * Reading and writing.
 *
 * @module
 */

import * as call from "../system_calls.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import { allocate, copy, read, resize, write } from "../../../src/tree/operations/data.ts";
import { WRITE_HEADROOM } from "../../../src/tree/journal/journal_record.ts";
import { seek } from "../../../src/tree/operations/read.ts";
import type { Status } from "../../../src/tree/status.ts";
import { NeedsKernel } from "./needs_kernel.ts";
import { ACCESS_MODE, AT_FDCWD, type OpenFile, text, type TreeProcess } from "./process.ts";
import { CallError, checked, found } from "./walk.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const READ_CHUNK = 1024 * 1024;

export class DataCalls {
  constructor(readonly process: TreeProcess) {}

  pread(fd: number, into: Bytes, _size: bigint, offset: bigint): number {
    const { inode } = this.process.readable(fd);
    if (offset < 0n) throw new CallError(Errno.EINVAL);
    let done = 0;
    while (done < into.length) {
      const length = Math.min(READ_CHUNK, into.length - done);
      const count = read(this.process.tree, inode, Number(offset) + done, into, done, length);
      if (count < 0) return this.process.status(-count as Status);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  read(fd: number, into: Bytes): number {
    const file = this.process.readable(fd);
    const count = this.pread(fd, into, 0n, BigInt(file.offset));
    if (count > 0) file.offset += count;
    return count;
  }

  pwrite(fd: number, from: Bytes, _size: bigint, offset: bigint): number {
    const file = this.process.writable(fd);
    if (offset < 0n) throw new CallError(Errno.EINVAL);
    const append = (file.flags & call.O_APPEND) !== 0;
    const at = append ? file.inode.size : Number(offset);
    const bytes = new Uint8Array(WRITE_HEADROOM + from.length);
    bytes.set(from, WRITE_HEADROOM);
    const view = new DataView(bytes.buffer);
    const { inode } = file;
    checked(write(this.process.tree, inode, at, bytes, view, WRITE_HEADROOM, from.length, false));
    return from.length;
  }

  write(fd: number, from: Bytes): number {
    const file = this.process.writable(fd);
    if ((file.flags & call.O_APPEND) !== 0) file.offset = file.inode.size;
    const count = this.pwrite(fd, from, 0n, BigInt(file.offset));
    file.offset += count;
    return count;
  }

  lseek(fd: number, offset: bigint, whence: number): number {
    const file = this.process.file(fd);
    const { inode } = file;
    if ((file.flags & call.O_PATH) !== 0) throw new CallError(Errno.EBADF);
    if (inode.directory !== null) return this.#rewind(file, Number(offset), whence);
    const data = whence === call.SEEK_DATA || whence === call.SEEK_HOLE;
    if (data && offset < 0n) throw new CallError(Errno.ENXIO);
    const found = data
      ? seek(this.process.tree, inode, Number(offset), whence === call.SEEK_HOLE)
      : 0;
    if (found < 0) return this.process.status(-found as Status);
    const bases: Record<number, number> = {
      [call.SEEK_SET]: 0,
      [call.SEEK_CUR]: file.offset,
      [call.SEEK_END]: inode.size,
    };
    const base = bases[whence];
    if (!data && base === undefined) throw new CallError(Errno.EINVAL);
    const to = data ? found : base! + Number(offset);
    if (to < 0) throw new CallError(Errno.EINVAL);
    return file.offset = to;
  }

  /** To where a listing was: 0, or what it told of a name. */
  #rewind(file: OpenFile, offset: number, whence: number): number {
    if (whence === call.SEEK_CUR && offset === 0) return file.offset;
    if (whence !== call.SEEK_SET) throw new NeedsKernel("Places in listings");
    file.left = null;
    return file.offset = offset;
  }

  ftruncate(fd: number, size: bigint): number {
    const { inode, flags } = this.process.file(fd);
    if ((flags & ACCESS_MODE) === 0 || size < 0n) throw new CallError(Errno.EINVAL);
    return this.process.status(resize(this.process.tree, inode, Number(size), false));
  }

  truncate(path: Bytes, size: bigint): number {
    if (size < 0n) throw new CallError(Errno.EINVAL);
    const inode = found(this.process.find(AT_FDCWD, text(path), true));
    return this.process.status(resize(this.process.tree, inode, Number(size), false));
  }

  fallocate(fd: number, mode: number, offset: bigint, length: bigint): number {
    const { inode } = this.process.writable(fd);
    return this.process.status(
      allocate(this.process.tree, inode, mode, Number(offset), Number(length)),
    );
  }

  copy_file_range(
    from: number,
    fromOffset: BigInt64Array,
    to: number,
    toOffset: BigInt64Array,
    length: bigint,
  ): number {
    if (this.process.file(to).inode.directory !== null) throw new CallError(Errno.EISDIR);
    const [source, target] = [this.process.readable(from), this.process.writable(to)];
    if ((target.flags & call.O_APPEND) !== 0) throw new CallError(Errno.EBADF);
    const [at, onto] = [Number(fromOffset[0]), Number(toOffset[0])];
    const isOverlapping = source.inode === target.inode &&
      Math.abs(at - onto) < Math.min(Number(length), source.inode.size - at);
    if (isOverlapping) throw new CallError(Errno.EINVAL);
    const count = copy(this.process.tree, source.inode, at, target.inode, onto, Number(length));
    if (count >= 0) return count;
    throw new NeedsKernel("The kernel copies what is not in the store");
  }

  fsync(fd: number): number {
    if ((this.process.file(fd).flags & call.O_PATH) !== 0) throw new CallError(Errno.EBADF);
    return this.process.status(this.process.tree.journal.sync());
  }

  fdatasync(fd: number): number {
    return this.fsync(fd);
  }

  syncfs(fd: number): number {
    return this.fsync(fd);
  }
}
