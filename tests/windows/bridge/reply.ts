/**
 * An answer to Linux's kernel: the header, and what belongs to the operation.
 *
 * @module
 */

import {
  ATTR,
  ATTR_OUT,
  DIRENT,
  ENTRY_OUT,
  IN_HEADER,
  OUT_HEADER,
} from "../../../ffi/fuse_kernel.ts";
import type { LinuxAttributes } from "./linux_attributes.ts";

const OUT = OUT_HEADER.SIZE;

export class Reply {
  readonly bytes = new Uint8Array(OUT + 1024 * 1024);
  readonly view = new DataView(this.bytes.buffer);

  /** @param cacheSeconds how long the kernel believes names and attributes */
  constructor(readonly cacheSeconds: number) {}

  /** `result`: how long what was laid is, or a negative error. */
  finish(request: Uint8Array<ArrayBuffer>, result: number): Uint8Array<ArrayBuffer> {
    const length = OUT + Math.max(0, result);
    this.view.setUint32(OUT_HEADER.LENGTH, length, true);
    this.view.setInt32(OUT_HEADER.ERROR, Math.min(0, result), true);
    const unique = request.subarray(IN_HEADER.UNIQUE, IN_HEADER.UNIQUE + 8);
    this.bytes.set(unique, OUT_HEADER.UNIQUE);
    return this.bytes.subarray(0, length);
  }

  /** Room for a struct, all 0; from there fields are laid by the other calls. */
  clear(length: number): void {
    this.bytes.fill(0, OUT, OUT + length);
  }

  u32(at: number, value: number): void {
    this.view.setUint32(OUT + at, value, true);
  }

  u64(at: number, value: number | bigint): void {
    this.view.setBigUint64(OUT + at, BigInt(value), true);
  }

  data(bytes: Uint8Array): number {
    this.bytes.set(bytes, OUT);
    return bytes.length;
  }

  text(text: string): number {
    for (let i = 0; i < text.length; i++) this.bytes[OUT + i] = text.charCodeAt(i);
    return text.length;
  }

  /** A name of a node; node 0: there is nothing, as far as that is believed. */
  entry(node: number, attributes: LinuxAttributes | null): number {
    this.clear(ENTRY_OUT.SIZE);
    this.u64(ENTRY_OUT.NODEID, node);
    this.u64(ENTRY_OUT.ENTRY_VALID, this.cacheSeconds);
    this.u64(ENTRY_OUT.ATTR_VALID, this.cacheSeconds);
    if (attributes !== null) this.#attributes(ENTRY_OUT.ATTR, attributes);
    return ENTRY_OUT.SIZE;
  }

  attributes(attributes: LinuxAttributes): number {
    this.clear(ATTR_OUT.SIZE);
    this.u64(ATTR_OUT.VALID, this.cacheSeconds);
    this.#attributes(ATTR_OUT.ATTR, attributes);
    return ATTR_OUT.SIZE;
  }

  /** Lays a name of a listing behind `at` bytes of it. Returns where it ends; -1 if there is no room. */
  dirent(
    at: number,
    limit: number,
    { name, ino, next, type }: { name: string; ino: bigint; next: bigint; type: number },
  ): number {
    const end = (at + DIRENT.SIZE + name.length + 7) & ~7;
    if (end > limit) return -1;
    this.bytes.fill(0, OUT + at, OUT + end);
    this.u64(at + DIRENT.INO, ino);
    this.u64(at + DIRENT.OFF, next);
    this.u32(at + DIRENT.NAMELEN, name.length);
    this.u32(at + DIRENT.TYPE, type >> 12);
    for (let i = 0; i < name.length; i++) {
      this.bytes[OUT + at + DIRENT.SIZE + i] = name.charCodeAt(i);
    }
    return end;
  }

  #attributes(at: number, { ino, mode, size, uid, gid, nlink, times }: LinuxAttributes): void {
    this.u64(at + ATTR.INO, ino);
    this.u64(at + ATTR.SIZE, size);
    this.u64(at + ATTR.BLOCKS, (size + 511n) / 512n);
    const [atime, mtime, ctime] = times;
    this.u64(at + ATTR.ATIME, BigInt.asUintN(64, BigInt(atime.sec)));
    this.u64(at + ATTR.MTIME, BigInt.asUintN(64, BigInt(mtime.sec)));
    this.u64(at + ATTR.CTIME, BigInt.asUintN(64, BigInt(ctime.sec)));
    this.u32(at + ATTR.ATIME_NSEC, atime.nsec);
    this.u32(at + ATTR.MTIME_NSEC, mtime.nsec);
    this.u32(at + ATTR.CTIME_NSEC, ctime.nsec);
    this.u32(at + ATTR.MODE, mode);
    this.u32(at + ATTR.NLINK, nlink);
    this.u32(at + ATTR.UID, uid);
    this.u32(at + ATTR.GID, gid);
    this.u32(at + ATTR.BLKSIZE, 4096);
  }
}
