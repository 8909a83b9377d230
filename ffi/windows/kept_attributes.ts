/**
 * What Windows tells of a file and POSIX has no place for: hidden, system, whether it is to be archived, and when it was made.
 * In a store that is an extended attribute, of those files where it is not as it usually is.
 *
 * @module
 */

import { FileAttribute } from "./nt_file.ts";

export const KEPT_XATTR = "user.agentvfs.windows";

const KEPT = FileAttribute.HIDDEN | FileAttribute.SYSTEM | FileAttribute.ARCHIVE;
const SIZE_OF = 12;

export interface KeptAttributes {
  /** Of those that are kept. */
  readonly attributes: number;
  /** FILETIME; 0: nobody said. */
  readonly created: bigint;
}

/** Those that are kept of a file's attributes. */
export function keptOf(attributes: number): number {
  return attributes & KEPT;
}

/** Where nobody has said otherwise. */
export function usualAttributes(isFile: boolean): number {
  return isFile ? FileAttribute.ARCHIVE : 0;
}

/** 2 s, of 100 ns: so exact is FAT, and so long may the writing of a file take. */
const NEAR = 20_000_000n;

/**
 * What is kept of when a file was made: 0 where that says no more than when it was written last. Times are FILETIMEs.
 */
export function keptCreation(created: bigint, written: bigint): bigint {
  const apart = created - written;
  return apart > NEAR || apart < -NEAR ? created : 0n;
}

/** All attributes of a file, with those that are kept as they are here. */
export function withKept(all: number, { attributes }: KeptAttributes): number {
  return (all & ~KEPT) | keptOf(attributes);
}

/** Null if it is none. */
export function parseKept(value: Uint8Array): KeptAttributes | null {
  if (value.length !== SIZE_OF) return null;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  return { attributes: keptOf(view.getUint32(0, true)), created: view.getBigUint64(4, true) };
}

export function layKept({ attributes, created }: KeptAttributes): Uint8Array<ArrayBuffer> {
  const value = new Uint8Array(SIZE_OF);
  const view = new DataView(value.buffer);
  view.setUint32(0, keptOf(attributes), true);
  view.setBigUint64(4, created, true);
  return value;
}
