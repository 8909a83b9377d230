/**
 * What the kernel says of a file and of a file system.
 *
 * @module
 */

import type { Timestamp } from "./clock.ts";
import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  statfs: { parameters: ["buffer", "buffer"], result: "i32" },
});

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const AT_STATX_DONT_SYNC = 0x4000;
const AT_FDCWD = -100;

/** STATX_BASIC_STATS. */
const STATX_MASK = 0x7ff;
const STATX_BTIME = 0x800;
const STATX_INO = 0x100;
const statxBuffer = new Uint8Array(256);
const statxView = new DataView(statxBuffer.buffer);

/** What stat(2) tells, numbers below 2^53 except where noted. */
export interface Stat {
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  /** As the kernel's new_encode_dev: minor low byte, major << 8, rest of minor << 12. */
  rdev: number;
  size: number;
  /** 512-byte units. */
  blocks: number;
  /** Full 64 bits may not fit: then it is `inoHigh * 2^32 + inoLow` rounded. Use the halves to be exact. */
  ino: number;
  inoLow: number;
  inoHigh: number;
  atimeSec: number;
  atimeNsec: number;
  mtimeSec: number;
  mtimeNsec: number;
  ctimeSec: number;
  ctimeNsec: number;
  devMajor: number;
  devMinor: number;
}

export function emptyStat(): Stat {
  return {
    mode: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: 0,
    blocks: 0,
    ino: 0,
    inoLow: 0,
    inoHigh: 0,
    atimeSec: 0,
    atimeNsec: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    ctimeSec: 0,
    ctimeNsec: 0,
    devMajor: 0,
    devMinor: 0,
  };
}

const EMPTY_PATH = new Uint8Array(1);

/** statx(2) without following a final symlink. `path` may be empty (`EMPTY_PATH`) to mean `fd` itself. */
export function statx(fd: number, path: Uint8Array<ArrayBuffer>, into: Stat): number {
  const result = check(
    libc.statx(fd, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_MASK, statxBuffer),
  );
  if (result < 0) return result;
  const v = statxView;
  into.nlink = v.getUint32(16, true);
  into.uid = v.getUint32(20, true);
  into.gid = v.getUint32(24, true);
  into.mode = v.getUint16(28, true);
  into.inoLow = v.getUint32(32, true);
  into.inoHigh = v.getUint32(36, true);
  into.ino = into.inoHigh * 2 ** 32 + into.inoLow;
  into.size = u64(v, 40);
  into.blocks = u64(v, 48);
  into.atimeSec = i64(v, 64);
  into.atimeNsec = v.getUint32(72, true);
  into.ctimeSec = i64(v, 96);
  into.ctimeNsec = v.getUint32(104, true);
  into.mtimeSec = i64(v, 112);
  into.mtimeNsec = v.getUint32(120, true);
  into.rdev = encodedDevice(v.getUint32(128, true), v.getUint32(132, true));
  into.devMajor = v.getUint32(136, true);
  into.devMinor = v.getUint32(140, true);
  return 0;
}

export function fstat(fd: number, into: Stat): number {
  return statx(fd, EMPTY_PATH, into);
}

/**
 * Which file a symbolic link of /proc leads to: its device as st_dev has it, and its inode. The file system is not asked, which may be
 * one that waits for the caller. Null if there is none.
 */
export function identityOfLink(
  path: Uint8Array<ArrayBuffer>,
): { device: number; inode: number } | null {
  const v = statxView;
  if (check(libc.statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_INO, statxBuffer)) < 0) {
    return null;
  }
  return {
    device: encodedDevice(v.getUint32(136, true), v.getUint32(140, true)),
    inode: u64(v, 32),
  };
}

/** As the kernel's new_encode_dev. */
function encodedDevice(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** When the file that `fd` has open was made; null where the file system does not say. */
export function birthTime(fd: number): Timestamp | null {
  const flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
  const result = check(libc.statx(fd, EMPTY_PATH, flags, STATX_BTIME, statxBuffer));
  if (result < 0 || (statxView.getUint32(0, true) & STATX_BTIME) === 0) return null;
  return { sec: i64(statxView, 80), nsec: statxView.getUint32(88, true) };
}

function u64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

function i64(view: DataView, offset: number): number {
  return view.getInt32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}

/** Fills the 120-byte struct statfs of 64-bit Linux. */
export function statfs(path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>): number {
  return check(libc.statfs(path, into));
}
