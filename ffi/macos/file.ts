/**
 * Contents of open files on macOS: reading, writing, holes, making durable, locking, mapping.
 *
 * fsync(2) there leaves the bytes in the disk's cache; `F_FULLFSYNC` does not (fcntl(2)).
 *
 * @module
 */

import { Errno } from "../errno.ts";
import { bindLibSystem, check, filling, variadic } from "./libsystem.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  fsync_volume_np: { parameters: ["i32", "i32"], result: "i32", optional: true },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  umask: { parameters: ["u32"], result: "u32" },
});
const withMode = bindLibSystem({
  open: { parameters: variadic(["buffer", "i32"], "u64"), result: "i32" },
  openat: { parameters: variadic(["i32", "buffer", "i32"], "u64"), result: "i32" },
}) as unknown as Record<"open" | "openat", (...parameters: unknown[]) => number>;
const { fcntl } = bindLibSystem({
  fcntl: { parameters: variadic(["i32", "i32"], "buffer"), result: "i32" },
}) as unknown as { fcntl(...parameters: unknown[]): number };
const { fcntl: fcntlNumber } = bindLibSystem({
  fcntl: { parameters: variadic(["i32", "i32"], "u64"), result: "i32" },
}) as unknown as { fcntl(...parameters: unknown[]): number };

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_NONBLOCK = 0x4;
export const O_NOFOLLOW = 0x100;
export const O_CREAT = 0x200;
export const O_TRUNC = 0x400;
export const O_EXCL = 0x800;
export const O_DIRECTORY = 0x100000;
/** Opens a symbolic link itself. */
export const O_SYMLINK = 0x200000;
const O_CLOEXEC = 0x1000000;
/** Fails where any part of the path is a symbolic link. */
export const O_NOFOLLOW_ANY = 0x20000000;

export const SEEK_HOLE = 3;
export const SEEK_DATA = 4;

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;

const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_GETFL = 3;
const F_SETFL = 4;
const F_PREALLOCATE = 42;
const F_GETPATH = 50;
const F_FULLFSYNC = 51;
/** struct fstore { u32 flags; i32 posmode; i64 offset, length, bytesalloc }. */
const F_ALLOCATEALL = 4;
const F_PEOFPOSMODE = 3;
const SYNC_VOLUME_FULLSYNC = 1;
const SYNC_VOLUME_WAIT = 2;
const MAXPATHLEN = 1024;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

export function open(path: Bytes, flags: number, mode = 0): number {
  return check(withMode.open(path, flags | O_CLOEXEC, ...filling(2), mode));
}

export function openat(directory: number, path: Bytes, flags: number, mode = 0): number {
  return check(withMode.openat(directory, path, flags | O_CLOEXEC, ...filling(3), mode));
}

export function close(fd: number): number {
  return check(libc.close(fd));
}

export function umask(mask: number): number {
  return libc.umask(mask);
}

/** Reads at `offset`. May be short, as pread(2). */
export function pread(fd: number, into: Bytes, offset: number, length = into.length): number {
  return check(libc.pread(fd, into, BigInt(length), BigInt(offset)));
}

/** Writes at `offset`. May be short, as pwrite(2). */
export function pwrite(fd: number, from: Bytes, offset: number, length = from.length): number {
  return check(libc.pwrite(fd, from, BigInt(length), BigInt(offset)));
}

export function ftruncate(fd: number, size: number): number {
  return check(libc.ftruncate(fd, BigInt(size)));
}

/** To the disk itself, with what it has in its cache; file systems that have no such order take fsync(2). */
export function fsync(fd: number): number {
  const result = check(fcntlNumber(fd, F_FULLFSYNC, ...filling(2), 0));
  const isUnknown = result === -Errno.EINVAL || result === -Errno.EOPNOTSUPP ||
    result === -Errno.ENOTTY;
  return isUnknown ? check(libc.fsync(fd)) : result;
}

/** Everything of the file system in which `fd` is. */
export function syncVolume(fd: number): number {
  if (libc.fsync_volume_np === null) return fsync(fd);
  return check(libc.fsync_volume_np(fd, SYNC_VOLUME_FULLSYNC | SYNC_VOLUME_WAIT));
}

export function lseek(fd: number, offset: number, whence: number): number {
  return check(Number(libc.lseek(fd, BigInt(offset), whence)));
}

export function flock(fd: number, operation: number): number {
  return check(libc.flock(fd, operation));
}

/** Reserves `length` bytes behind what the file has on the disk. Its size stays. */
export function preallocate(fd: number, length: number): number {
  const store = new DataView(new ArrayBuffer(32));
  store.setUint32(0, F_ALLOCATEALL, true);
  store.setInt32(4, F_PEOFPOSMODE, true);
  store.setBigInt64(16, BigInt(length), true);
  const bytes = new Uint8Array(store.buffer);
  return check(fcntl(fd, F_PREALLOCATE, ...filling(2), bytes));
}

/** The path of an open file, NUL-terminated; empty if it has none. */
export function pathOf(fd: number): Bytes {
  const path = new Uint8Array(MAXPATHLEN);
  if (fcntl(fd, F_GETPATH, ...filling(2), path) < 0) return new Uint8Array(1);
  return path.slice(0, path.indexOf(0) + 1);
}

/** Whether programs that are started from now on have this descriptor, under the same number. */
export function setInherited(fd: number, inherited: boolean): number {
  return check(fcntlNumber(fd, F_SETFD, ...filling(2), inherited ? 0 : FD_CLOEXEC));
}

/** Sets O_NONBLOCK on the open file, also for those who share it. */
export function setNonblocking(fd: number): number {
  const flags = check(fcntlNumber(fd, F_GETFL, ...filling(2), 0));
  if (flags < 0) return flags;
  return check(fcntlNumber(fd, F_SETFL, ...filling(2), flags | O_NONBLOCK));
}

/** Address of `[offset, offset+length)` of an open file in memory, to read and write; null if it cannot be mapped. */
export function map(fd: number, offset: number, length: number): Deno.PointerObject | null {
  const address = libc.mmap(null, BigInt(length), PROT_READ_WRITE, MAP_SHARED, fd, BigInt(offset));
  if (address === null || BigInt(Deno.UnsafePointer.value(address)) === MAP_FAILED) return null;
  return address;
}

export function unmap(address: Deno.PointerObject, length: number): void {
  libc.munmap(address, BigInt(length));
}
