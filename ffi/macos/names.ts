/**
 * Names in open directories, and attributes of what is open, on macOS.
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { Errno } from "../errno.ts";
import { bindLibSystem, check } from "./libsystem.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  mknodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32", optional: true },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  renameatx_np: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  fchown: { parameters: ["i32", "u32", "u32"], result: "i32" },
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
});

export const RENAME_SWAP = 2;
export const RENAME_EXCL = 4;
const AT_REMOVEDIR = 0x80;
const W_OK = 2;
const X_OK = 1;
const THIS_DIRECTORY = cString(".");
const UTIME_OMIT = -2n;

export function mkdirat(directory: number, name: Bytes, mode: number): number {
  return check(libc.mkdirat(directory, name, mode));
}

/** macOS 13 and newer. */
export function mknodat(directory: number, name: Bytes, mode: number, device: number): number {
  if (libc.mknodat === null) return -Errno.EOPNOTSUPP;
  return check(libc.mknodat(directory, name, mode, device));
}

export function symlinkat(target: Bytes, directory: number, name: Bytes): number {
  return check(libc.symlinkat(target, directory, name));
}

/** Another name for what `from` is, itself, if it is a symlink. */
export function linkat(fromDirectory: number, from: Bytes, directory: number, name: Bytes): number {
  return check(libc.linkat(fromDirectory, from, directory, name, 0));
}

export function renameat(directory: number, from: Bytes, to: Bytes, flags: number): number {
  return check(libc.renameatx_np(directory, from, directory, to, flags));
}

export function unlinkat(directory: number, name: Bytes): number {
  return check(libc.unlinkat(directory, name, 0));
}

export function rmdirat(directory: number, name: Bytes): number {
  return check(libc.unlinkat(directory, name, AT_REMOVEDIR));
}

/** True if names may be changed in the open directory; the file system may still be read-only. */
export function mayChangeNames(directory: number): boolean {
  return check(libc.faccessat(directory, THIS_DIRECTORY, W_OK | X_OK, 0)) !== -Errno.EACCES;
}

export function fchmod(fd: number, mode: number): number {
  return check(libc.fchmod(fd, mode));
}

/** An owner of -1 stays. */
export function fchown(fd: number, uid: number, gid: number): number {
  return check(libc.fchown(fd, uid >>> 0, gid >>> 0));
}

/** Sets the modification time, and leaves the access time. */
export function setModificationTime(fd: number, sec: number, nsec: number): number {
  const times = new BigInt64Array([0n, UTIME_OMIT, BigInt(sec), BigInt(nsec)]);
  return check(libc.futimens(fd, new Uint8Array(times.buffer)));
}
