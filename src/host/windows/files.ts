/**
 * Files of Windows: what there is of modes is whether one may write, and what WSL has noted.
 *
 * @module
 */

import { unixTime } from "../../../ffi/windows/file_time.ts";
import {
  close,
  FileClass,
  O_RDONLY,
  open,
  queryFile,
  queryVolume,
  STANDARD,
  VolumeClass,
} from "../../../ffi/windows/file.ts";
import { FileAttribute, ReparseTag } from "../../../ffi/windows/nt_file.ts";
import { withLx } from "../../../ffi/windows/tree/file_metadata.ts";
import { easOf } from "../../../ffi/windows/tree/file_eas.ts";
import { isLinkTag, reparseTagOf, targetOf } from "../../../ffi/windows/tree/reparse_point.ts";
import type { Stat } from "../linux/files.ts";

export {
  close,
  fallocate,
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
} from "../../../ffi/windows/file.ts";
export { emptyStat } from "../linux/files.ts";

/** FILE_BASIC_INFORMATION. */
const BASIC = {
  SIZE_OF: 40,
  CREATION: 0,
  ACCESS: 8,
  WRITE: 16,
  CHANGE: 24,
  ATTRIBUTES: 32,
} as const;
const BLOCK = 512;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;

/** Modes of what stands for something else, by its tag. */
const SPECIAL: ReadonlyMap<number, number> = new Map([
  [ReparseTag.SYMLINK, S_IFLNK | 0o777],
  [ReparseTag.MOUNT_POINT, S_IFLNK | 0o777],
  [ReparseTag.LX_SYMLINK, S_IFLNK | 0o777],
  [ReparseTag.LX_FIFO, 0o010644],
  [ReparseTag.LX_CHR, 0o020644],
  [ReparseTag.LX_BLK, 0o060644],
  [ReparseTag.AF_UNIX, 0o140755],
]);

const basic = new DataView(new ArrayBuffer(BASIC.SIZE_OF));
const standard = new DataView(new ArrayBuffer(STANDARD.SIZE_OF));
const index = new DataView(new ArrayBuffer(8));

export function fstat(handle: number, into: Stat): number {
  const result = [
    { kind: FileClass.BASIC, view: basic },
    { kind: FileClass.STANDARD, view: standard },
    { kind: FileClass.INTERNAL, view: index },
  ].reduce(
    (failed, { kind, view }) => failed < 0 ? failed : queryFile(handle, kind, bytesOf(view)),
    0,
  );
  if (result < 0) return result;
  const [accessed, written, changed] = [BASIC.ACCESS, BASIC.WRITE, BASIC.CHANGE].map((at) =>
    unixTime(basic.getBigUint64(at, true))
  );
  const tag = (basic.getUint32(BASIC.ATTRIBUTES, true) & FileAttribute.REPARSE_POINT) === 0
    ? 0
    : reparseTagOf(handle);
  into.mode = SPECIAL.get(tag) ?? modeOf(basic.getUint32(BASIC.ATTRIBUTES, true));
  into.nlink = standard.getUint32(STANDARD.LINKS, true);
  into.devMajor = into.devMinor = 0;
  const plain = { mode: into.mode, uid: 0, gid: 0, rdev: 0 };
  const { uid, gid, rdev, mode } = isLinkTag(tag) ? plain : withLx(plain, easOf(handle));
  Object.assign(into, { uid, gid, rdev, mode });
  into.size = isLinkTag(tag)
    ? sizeOfLink(handle)
    : Number(standard.getBigInt64(STANDARD.SIZE, true));
  into.blocks = Math.ceil(Number(standard.getBigInt64(STANDARD.ALLOCATION, true)) / BLOCK);
  into.inoLow = index.getUint32(0, true);
  into.inoHigh = index.getUint32(4, true);
  into.ino = into.inoHigh * 2 ** 32 + into.inoLow;
  into.atimeSec = accessed!.sec;
  into.atimeNsec = accessed!.nsec;
  into.mtimeSec = written!.sec;
  into.mtimeNsec = written!.nsec;
  into.ctimeSec = changed!.sec;
  into.ctimeNsec = changed!.nsec;
  return 0;
}

/** Bytes of its target. */
function sizeOfLink(handle: number): number {
  const target = targetOf(handle);
  return typeof target === "number" ? 0 : target.length;
}

function modeOf(attributes: number): number {
  const isReadOnly = (attributes & FileAttribute.READONLY) !== 0;
  if ((attributes & FileAttribute.DIRECTORY) !== 0) return S_IFDIR | 0o755;
  return S_IFREG | (isReadOnly ? 0o444 : 0o644);
}

/** When the file that `handle` has open was made; null where the file system does not say. */
export function birthTime(handle: number): { sec: number; nsec: number } | null {
  if (queryFile(handle, FileClass.BASIC, bytesOf(basic)) < 0) return null;
  const units = basic.getBigUint64(BASIC.CREATION, true);
  return units === 0n ? null : unixTime(units);
}

/** FILE_FS_FULL_SIZE_INFORMATION, and where struct statfs of Linux has what callers read. */
const SIZES = { SIZE_OF: 32, TOTAL: 0, MINE: 8, FREE: 16, SECTORS: 24, SECTOR: 28 } as const;
const STATFS = { BSIZE: 8, BLOCKS: 16, BFREE: 24, BAVAIL: 32, NAMELEN: 64, FRSIZE: 72 } as const;
const NAME_MAX = 255n;

/** Fills the 120 bytes that Linux has. */
export function statfs(path: Uint8Array<ArrayBuffer>, into: Uint8Array<ArrayBuffer>): number {
  const handle = open(path, O_RDONLY);
  if (handle < 0) return handle;
  const sizes = new DataView(new ArrayBuffer(SIZES.SIZE_OF));
  const result = queryVolume(handle, VolumeClass.FULL_SIZE, bytesOf(sizes));
  close(handle);
  if (result < 0) return result;
  const unit = BigInt(sizes.getUint32(SIZES.SECTORS, true) * sizes.getUint32(SIZES.SECTOR, true));
  const said = new DataView(into.buffer, into.byteOffset, into.byteLength);
  into.fill(0);
  for (const at of [STATFS.BSIZE, STATFS.FRSIZE]) said.setBigUint64(at, unit, true);
  said.setBigUint64(STATFS.BLOCKS, sizes.getBigUint64(SIZES.TOTAL, true), true);
  said.setBigUint64(STATFS.BFREE, sizes.getBigUint64(SIZES.FREE, true), true);
  said.setBigUint64(STATFS.BAVAIL, sizes.getBigUint64(SIZES.MINE, true), true);
  said.setBigUint64(STATFS.NAMELEN, NAME_MAX, true);
  return 0;
}

/** There is none: who may use a file follows from its folder. */
export function umask(_mask: number): number {
  return 0;
}

function bytesOf({ buffer }: DataView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
