/**
 * Reading trees on macOS.
 *
 * Extended attributes have no namespaces there: here they are those of users, so that a checkpoint means the same on every
 * system.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import * as file from "../../../ffi/macos/file.ts";
import * as stat from "../../../ffi/macos/stat.ts";
import * as xattr from "../../../ffi/macos/xattr.ts";
import type { Stat } from "../linux/files.ts";
import { decodeStat } from "./decode_stat.ts";
import { withNamespace, withoutNamespace } from "./xattr_names.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export {
  lseek,
  O_NOFOLLOW,
  O_NONBLOCK,
  openat,
  SEEK_DATA,
  SEEK_HOLE,
} from "../../../ffi/macos/file.ts";
export { readlinkat } from "../../../ffi/macos/stat.ts";

/** Times of access are not kept there as on Linux. */
export const O_NOATIME = 0;
/** The file itself, whatever it is, and without waiting for who writes to a pipe. It has to be readable. */
export const O_PATH = file.O_SYMLINK | file.O_NONBLOCK;

/** PATH_MAX: what a system call takes of a path, the zero at its end included. */
export const PATH_BYTES = 1024;

/** No part of the path is followed if it is a symbolic link. */
export function openBeneath(directory: number, path: Bytes, flags: number): number {
  return file.openat(directory, path, flags | file.O_NOFOLLOW_ANY);
}

/** A path, for calls that take no descriptor, of a name (a binary string) in an open directory. */
export function pathOfEntry(directory: number, name: string): Bytes {
  const parent = file.pathOf(directory);
  const entry = cString(name);
  const path = new Uint8Array(parent.length + entry.length);
  path.set(parent);
  path[parent.length - 1] = "/".charCodeAt(0);
  path.set(entry, parent.length);
  return path;
}

const THIS_DIRECTORY = cString(binaryString("."));

/** Reads the whole of an open directory, without `.` and `..`. */
export function readDirectory(fd: number): { name: string; type: number }[] | number {
  // What reads it has a position and is closed: not the caller's.
  const own = file.openat(fd, THIS_DIRECTORY, file.O_RDONLY | file.O_DIRECTORY);
  return own < 0 ? own : stat.readNames(own);
}

const bytes = new Uint8Array(stat.STAT.SIZE_OF);
const view = new DataView(bytes.buffer);

/** Without following a final symlink. An empty path is `fd` itself. */
export function statx(fd: number, path: Bytes, into: Stat): number {
  const result = path[0] === 0 ? stat.fstat(fd, bytes) : stat.lstatat(fd, path, bytes);
  if (result === 0) decodeStat(view, into);
  return result;
}

export function flistxattr(fd: number, into: Bytes): number {
  return withNamespace(into, (names) => xattr.flistxattr(fd, names));
}

export function fgetxattr(fd: number, name: Bytes, into: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.fgetxattr(fd, plain, into));
}

export function llistxattr(path: Bytes, into: Bytes): number {
  return withNamespace(into, (names) => xattr.listxattr(path, names, xattr.XATTR_NOFOLLOW));
}

export function lgetxattr(path: Bytes, name: Bytes, into: Bytes): number {
  return withoutNamespace(name, (plain) => xattr.getxattr(path, plain, into, xattr.XATTR_NOFOLLOW));
}

/** Files have none. */
export function countStreams(_fd: number): number {
  return 0;
}
