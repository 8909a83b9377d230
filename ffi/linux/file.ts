/**
 * Contents of open files: reading, writing, holes, making durable, locking.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  fdatasync: { parameters: ["i32"], result: "i32" },
  syncfs: { parameters: ["i32"], result: "i32" },
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },
  flock: { parameters: ["i32", "i32"], result: "i32" },
});

export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

export const LOCK_SH = 1;
export const LOCK_EX = 2;
export const LOCK_NB = 4;

export function read(fd: number, into: Uint8Array<ArrayBuffer>, length = into.length): number {
  return check(libc.read(fd, into, BigInt(length)));
}

export function write(fd: number, from: Uint8Array<ArrayBuffer>, length = from.length): number {
  return check(libc.write(fd, from, BigInt(length)));
}

/** Reads at `offset`. May be short, as pread(2). */
export function pread(
  fd: number,
  into: Uint8Array<ArrayBuffer>,
  offset: number,
  length = into.length,
): number {
  return check(libc.pread(fd, into, BigInt(length), BigInt(offset)));
}

/** Writes at `offset`. May be short, as pwrite(2). */
export function pwrite(
  fd: number,
  from: Uint8Array<ArrayBuffer>,
  offset: number,
  length = from.length,
): number {
  return check(libc.pwrite(fd, from, BigInt(length), BigInt(offset)));
}

export function ftruncate(fd: number, size: number): number {
  return check(libc.ftruncate(fd, BigInt(size)));
}

export function fallocate(fd: number, mode: number, offset: number, length: number): number {
  return check(libc.fallocate(fd, mode, BigInt(offset), BigInt(length)));
}

export function fsync(fd: number): number {
  return check(libc.fsync(fd));
}

export function fdatasync(fd: number): number {
  return check(libc.fdatasync(fd));
}

/** Everything of the file system in which `fd` is. */
export function syncfs(fd: number): number {
  return check(libc.syncfs(fd));
}

export function lseek(fd: number, offset: number, whence: number): number {
  return check(Number(libc.lseek(fd, BigInt(offset), whence)));
}

export function flock(fd: number, operation: number): number {
  return check(libc.flock(fd, operation));
}
