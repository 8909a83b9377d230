/**
 * Extended attributes on macOS: calls have a position, which only resource forks use, and options.
 *
 * @module
 */

import { bindLibSystem, check } from "./libsystem.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  flistxattr: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  fgetxattr: {
    parameters: ["i32", "buffer", "buffer", "usize", "u32", "i32"],
    result: "i32",
  },
  listxattr: { parameters: ["buffer", "buffer", "usize", "i32"], result: "i32" },
  getxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize", "u32", "i32"],
    result: "i32",
  },
  setxattr: {
    parameters: ["buffer", "buffer", "buffer", "usize", "u32", "i32"],
    result: "i32",
  },
  removexattr: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
});

/** Of a symbolic link itself. */
export const XATTR_NOFOLLOW = 1;

export function flistxattr(fd: number, into: Bytes): number {
  return check(libc.flistxattr(fd, into, BigInt(into.length), 0));
}

export function fgetxattr(fd: number, name: Bytes, into: Bytes): number {
  return check(libc.fgetxattr(fd, name, into, BigInt(into.length), 0, 0));
}

export function listxattr(path: Bytes, into: Bytes, options: number): number {
  return check(libc.listxattr(path, into, BigInt(into.length), options));
}

export function getxattr(path: Bytes, name: Bytes, into: Bytes, options: number): number {
  return check(libc.getxattr(path, name, into, BigInt(into.length), 0, options));
}

export function setxattr(path: Bytes, name: Bytes, value: Bytes, options: number): number {
  return check(libc.setxattr(path, name, value, BigInt(value.length), 0, options));
}

export function removexattr(path: Bytes, name: Bytes, options: number): number {
  return check(libc.removexattr(path, name, options));
}
