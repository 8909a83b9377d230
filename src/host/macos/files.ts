/**
 * Files of macOS. What is to be durable is on the disk itself: fsync(2) alone does not promise that there.
 *
 * @module
 */

import { Errno } from "../../../ffi/errno.ts";
import * as file from "../../../ffi/macos/file.ts";
import * as stat from "../../../ffi/macos/stat.ts";
import { type Stat } from "../linux/files.ts";
import { decodeStat, decodeTime, type Time } from "./decode_stat.ts";

export {
  close,
  flock,
  fsync,
  fsync as fdatasync,
  ftruncate,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  pread,
  pwrite,
  umask,
} from "../../../ffi/macos/file.ts";
export { emptyStat } from "../linux/files.ts";

const { STAT, STATFS } = stat;
const bytes = new Uint8Array(STAT.SIZE_OF);
const view = new DataView(bytes.buffer);

export function fstat(fd: number, into: Stat): number {
  const result = stat.fstat(fd, bytes);
  if (result === 0) decodeStat(view, into);
  return result;
}

/** When the file that `fd` has open was made; null where the file system does not say. */
export function birthTime(fd: number): Time | null {
  if (stat.fstat(fd, bytes) < 0) return null;
  const time = decodeTime(view, STAT.BIRTHTIME);
  return time.sec > 0 ? time : null;
}

const BLOCK = 512;

/** With mode 0 only: the range has blocks, and the file is at least so long. */
export function fallocate(fd: number, mode: number, offset: number, length: number): number {
  if (mode !== 0) return -Errno.EOPNOTSUPP;
  const end = offset + length;
  let result = stat.fstat(fd, bytes);
  if (result < 0) return result;
  const size = Number(view.getBigInt64(STAT.SIZE, true));
  const missing = end - Number(view.getBigInt64(STAT.BLOCKS, true)) * BLOCK;
  if (missing > 0) result = file.preallocate(fd, missing);
  if (result < 0) return result;
  return end > size ? file.ftruncate(fd, end) : 0;
}

/** Where struct statfs of Linux has what callers read. */
const FIELDS = [
  { at: 8, from: STATFS.BSIZE, wide: false },
  { at: 16, from: STATFS.BLOCKS, wide: true },
  { at: 24, from: STATFS.BFREE, wide: true },
  { at: 32, from: STATFS.BAVAIL, wide: true },
  { at: 40, from: STATFS.FILES, wide: true },
  { at: 48, from: STATFS.FFREE, wide: true },
  { at: 72, from: STATFS.BSIZE, wide: false },
  { at: 80, from: STATFS.FLAGS, wide: false },
] as const;
const NAMELEN = { AT: 64, VALUE: 255n } as const;

/** Fills the 120 bytes that Linux has; whether it is read-only is the same bit of the flags. */
export function statfs(path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>): number {
  const told = new DataView(new ArrayBuffer(STATFS.SIZE_OF));
  const result = stat.statfs(path, new Uint8Array(told.buffer));
  if (result < 0) return result;
  const said = new DataView(into.buffer, into.byteOffset, into.byteLength);
  into.fill(0);
  for (const { at, from, wide } of FIELDS) {
    const value = wide ? told.getBigUint64(from, true) : BigInt(told.getUint32(from, true));
    said.setBigUint64(at, value, true);
  }
  said.setBigUint64(NAMELEN.AT, NAMELEN.VALUE, true);
  return result;
}
