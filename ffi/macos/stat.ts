/**
 * What macOS says of a file, of a file system, and of a directory's names.
 *
 * @module
 */

import { binaryName } from "../binary_string.ts";
import { bindLibSystem, check, inode64, IS_MACOS } from "./libsystem.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibSystem({
  fstat: { name: inode64("fstat"), parameters: ["i32", "buffer"], result: "i32" },
  fstatat: {
    name: inode64("fstatat"),
    parameters: ["i32", "buffer", "buffer", "i32"],
    result: "i32",
  },
  statfs: { name: inode64("statfs"), parameters: ["buffer", "buffer"], result: "i32" },
  getfsstat: { name: inode64("getfsstat"), parameters: ["buffer", "i32", "i32"], result: "i32" },
  fdopendir: { name: inode64("fdopendir"), parameters: ["i32"], result: "pointer" },
  readdir: { name: inode64("readdir"), parameters: ["pointer"], result: "pointer" },
  closedir: { parameters: ["pointer"], result: "i32" },
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "i32" },
  __error: { parameters: [], result: "pointer" },
});

/** struct stat with 64-bit inode numbers. */
export const STAT = {
  SIZE_OF: 144,
  DEV: 0,
  MODE: 4,
  NLINK: 6,
  INO: 8,
  UID: 16,
  GID: 20,
  RDEV: 24,
  ATIME: 32,
  MTIME: 48,
  CTIME: 64,
  BIRTHTIME: 80,
  SIZE: 96,
  BLOCKS: 104,
} as const;

/** struct statfs with 64-bit inode numbers. */
export const STATFS = {
  SIZE_OF: 2168,
  BSIZE: 0,
  BLOCKS: 8,
  BFREE: 16,
  BAVAIL: 24,
  FILES: 32,
  FFREE: 40,
  FSID: 48,
  FLAGS: 64,
  TYPE_NAME: 72,
  MOUNTED_ON: 88,
  MOUNTED_FROM: 1112,
  TYPE_BYTES: 16,
  PATH_BYTES: 1024,
} as const;

/** struct dirent with 64-bit inode numbers. */
const DIRENT = { NAMLEN: 18, TYPE: 20, NAME: 21 } as const;

const AT_SYMLINK_NOFOLLOW = 0x20;
const MNT_NOWAIT = 2;

export function fstat(fd: number, into: Bytes): number {
  return check(libc.fstat(fd, into));
}

/** Of a name in an open directory, itself, if it is a symbolic link. */
export function lstatat(directory: number, name: Bytes, into: Bytes): number {
  return check(libc.fstatat(directory, name, into, AT_SYMLINK_NOFOLLOW));
}

export function statfs(path: Bytes, into: Bytes): number {
  return check(libc.statfs(path, into));
}

/** One struct statfs behind the other, of every mount, without asking any of them. */
export function allMounts(): Bytes {
  for (let most = 64;; most *= 2) {
    const bytes = new Uint8Array(most * STATFS.SIZE_OF);
    const count = check(libc.getfsstat(bytes, bytes.length, MNT_NOWAIT));
    if (count < 0) return new Uint8Array(0);
    if (count < most) return bytes.subarray(0, count * STATFS.SIZE_OF);
  }
}

export function readlinkat(directory: number, path: Bytes, into: Bytes): number {
  return check(libc.readlinkat(directory, path, into, BigInt(into.length)));
}

const errno = IS_MACOS ? Deno.UnsafePointerView.getArrayBuffer(libc.__error()!, 4) : null;

/** Names of an open directory with their types, without `.` and `..`. `fd` is closed. Or a negated error number. */
export function readNames(fd: number): { name: string; type: number }[] | number {
  const stream = libc.fdopendir(fd);
  if (stream === null) return check(-1);
  const names: { name: string; type: number }[] = [];
  try {
    for (;;) {
      new Int32Array(errno!)[0] = 0;
      const entry = libc.readdir(stream);
      if (entry === null) {
        return new Int32Array(errno!)[0] === 0 ? names : check(-1);
      }
      const view = new Deno.UnsafePointerView(entry);
      const length = view.getUint16(DIRENT.NAMLEN);
      const bytes = new Uint8Array(view.getArrayBuffer(length, DIRENT.NAME));
      const name = binaryName(bytes, 0, length);
      if (name !== "." && name !== "..") names.push({ name, type: view.getUint8(DIRENT.TYPE) });
    }
  } finally {
    libc.closedir(stream);
  }
}
