/**
 * struct stat of macOS as this layer has it.
 *
 * @module
 */

import { STAT } from "../../../ffi/macos/stat.ts";
import type { Stat } from "../linux/files.ts";

export interface Time {
  sec: number;
  nsec: number;
}

/** A struct timespec. */
export function decodeTime(view: DataView, at: number): Time {
  return {
    sec: view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true),
    nsec: view.getUint32(at + 8, true),
  };
}

export function decodeStat(view: DataView, into: Stat): void {
  into.mode = view.getUint16(STAT.MODE, true);
  into.nlink = view.getUint16(STAT.NLINK, true);
  into.uid = view.getUint32(STAT.UID, true);
  into.gid = view.getUint32(STAT.GID, true);
  into.inoLow = view.getUint32(STAT.INO, true);
  into.inoHigh = view.getUint32(STAT.INO + 4, true);
  into.ino = into.inoHigh * 2 ** 32 + into.inoLow;
  into.size = Number(view.getBigInt64(STAT.SIZE, true));
  into.blocks = Number(view.getBigInt64(STAT.BLOCKS, true));
  const [atime, mtime, ctime] = [STAT.ATIME, STAT.MTIME, STAT.CTIME].map((at) =>
    decodeTime(view, at)
  );
  into.atimeSec = atime!.sec;
  into.atimeNsec = atime!.nsec;
  into.mtimeSec = mtime!.sec;
  into.mtimeNsec = mtime!.nsec;
  into.ctimeSec = ctime!.sec;
  into.ctimeNsec = ctime!.nsec;
  const [devMajor, devMinor] = deviceParts(view.getUint32(STAT.DEV, true));
  const [major, minor] = deviceParts(view.getUint32(STAT.RDEV, true));
  into.devMajor = devMajor;
  into.devMinor = devMinor;
  into.rdev = ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** major(3) and minor(3). */
function deviceParts(device: number): [number, number] {
  return [device >>> 24, device & 0xffffff];
}
