/**
 * Extended attributes.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  flistxattr: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  llistxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  lgetxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  listxattr: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  getxattr: { parameters: ["buffer", "buffer", "buffer", "usize"], result: "i32" },
  setxattr: { parameters: ["buffer", "buffer", "buffer", "usize", "i32"], result: "i32" },
  lsetxattr: { parameters: ["buffer", "buffer", "buffer", "usize", "i32"], result: "i32" },
  removexattr: { parameters: ["buffer", "buffer"], result: "i32" },
  lremovexattr: { parameters: ["buffer", "buffer"], result: "i32" },
});

/** NUL-separated names. ERANGE if `into` is too small; with a length of 0 the size needed. */
export function flistxattr(fd: number, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.flistxattr(fd, into, BigInt(into.length)));
}

export function fgetxattr(
  fd: number,
  name: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.fgetxattr(fd, name, into, BigInt(into.length)));
}

export function llistxattr(
  path: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.llistxattr(path, into, BigInt(into.length)));
}

export function lgetxattr(
  path: Uint8Array<ArrayBuffer>,
  name: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.lgetxattr(path, name, into, BigInt(into.length)));
}

export function listxattr(path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.listxattr(path, into, BigInt(into.length)));
}

export function getxattr(
  path: Uint8Array<ArrayBuffer>,
  name: Uint8Array<ArrayBuffer>,
  into: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.getxattr(path, name, into, BigInt(into.length)));
}

export function setxattr(
  path: Uint8Array<ArrayBuffer>,
  name: Uint8Array<ArrayBuffer>,
  value: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.setxattr(path, name, value, BigInt(value.length), 0));
}

export function lsetxattr(
  path: Uint8Array<ArrayBuffer>,
  name: Uint8Array<ArrayBuffer>,
  value: Uint8Array<ArrayBuffer>,
): number {
  return check(libc.lsetxattr(path, name, value, BigInt(value.length), 0));
}

export function removexattr(path: Uint8Array<ArrayBuffer>, name: Uint8Array<ArrayBuffer>): number {
  return check(libc.removexattr(path, name));
}

export function lremovexattr(path: Uint8Array<ArrayBuffer>, name: Uint8Array<ArrayBuffer>): number {
  return check(libc.lremovexattr(path, name));
}
