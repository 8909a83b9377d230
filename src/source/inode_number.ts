/**
 * The inode number shown for a file of the source directory.
 *
 * @module
 */

import type { Stat } from "../host/files.ts";

/** The halves of st_ino and the device, as {@linkcode Stat} has them. */
export type InodeIdentity = Pick<Stat, "inoLow" | "inoHigh" | "devMajor" | "devMinor">;

/**
 * Numbers at and above this are never st_ino of the source's own device. Files made in the working tree count
 * up from here to {@linkcode FOREIGN_INODES}.
 */
export const NEW_INODES = 2 ** 48;
/** Numbers from here to 2^52 stand for source files whose st_ino cannot be shown as it is. */
export const FOREIGN_INODES = 2 ** 51;

const HIGH_BITS = 19;
const HIGH_MASK = (1 << HIGH_BITS) - 1;

/**
 * The number shown for a source inode: st_ino itself on the root's device if it is below 2^48, else
 * 2^51 plus 51 bits made of the device and st_ino.
 *
 * The 51 bits keep the low half of st_ino, because git's index compares exactly these 32 bits; the other
 * 19 are the high half mixed with the device, one to one for the inodes below 2^51 of one device.
 */
export function shownInode(
  identity: InodeIdentity,
  rootDevMajor: number,
  rootDevMinor: number,
): number {
  const { inoLow, inoHigh, devMajor, devMinor } = identity;
  if (inoHigh < 0x10000 && devMajor === rootDevMajor && devMinor === rootDevMinor) {
    return inoHigh * 2 ** 32 + inoLow;
  }
  const folded = (inoHigh & HIGH_MASK) ^ mix(inoHigh >>> HIGH_BITS) ^
    mix(devMajor * 0x100000 ^ devMinor);
  return FOREIGN_INODES + (folded & HIGH_MASK) * 2 ** 32 + inoLow;
}

/** The finalizer of MurmurHash3, which maps 0 to 0. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
