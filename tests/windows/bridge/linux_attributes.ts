/**
 * What stat(2) says of a file of a volume, as WSL says it: from FILE_INFO, and from the extended attributes in which modes and
 * owners are kept.
 *
 * @module
 */

import type { ExtendedAttribute } from "../../../ffi/windows/extended_attributes.ts";
import { type UnixTime, unixTime } from "../../../ffi/windows/file_time.ts";
import { FileAttribute, ReparseTag } from "../../../ffi/windows/nt_file.ts";
import { FILE_INFO } from "../../../ffi/windows/winfsp/protocol.ts";
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
} from "../../../src/store/trees/entry.ts";

export interface LinuxAttributes {
  readonly ino: bigint;
  readonly mode: number;
  readonly size: bigint;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  /** atime, mtime, ctime. */
  readonly times: readonly [UnixTime, UnixTime, UnixTime];
}

const TYPES: ReadonlyMap<number, number> = new Map<number, number>([
  [ReparseTag.SYMLINK, S_IFLNK],
  [ReparseTag.LX_SYMLINK, S_IFLNK],
  [ReparseTag.LX_FIFO, S_IFIFO],
  [ReparseTag.AF_UNIX, S_IFSOCK],
  [ReparseTag.LX_CHR, S_IFCHR],
  [ReparseTag.LX_BLK, S_IFBLK],
]);

/** The type of a file, in the bits of a mode. */
export function typeOf(view: DataView, at: number): number {
  const attributes = view.getUint32(at + FILE_INFO.ATTRIBUTES, true);
  if ((attributes & FileAttribute.REPARSE_POINT) !== 0) {
    const type = TYPES.get(view.getUint32(at + FILE_INFO.REPARSE_TAG, true));
    if (type === undefined) throw new Error("A reparse point of an unknown tag");
    return type;
  }
  return (attributes & FileAttribute.DIRECTORY) !== 0 ? S_IFDIR : S_IFREG;
}

export function linuxAttributes(
  view: DataView,
  at: number,
  eas: readonly ExtendedAttribute[],
  owner: { readonly uid: number; readonly gid: number },
): LinuxAttributes {
  const type = typeOf(view, at);
  const readonly = view.getUint32(at + FILE_INFO.ATTRIBUTES, true) & FileAttribute.READONLY;
  const usual = type === S_IFLNK ? 0o777 : type === S_IFDIR ? 0o755 : 0o644;
  const mode = valueOf(eas, "$LXMOD");
  const time = (field: number) => unixTime(view.getBigUint64(at + field, true));
  return {
    ino: view.getBigUint64(at + FILE_INFO.INDEX, true),
    mode: type | (mode === null ? usual & (readonly === 0 ? 0o777 : 0o555) : mode & 0o7777),
    size: view.getBigUint64(at + FILE_INFO.SIZE, true),
    uid: valueOf(eas, "$LXUID") ?? owner.uid,
    gid: valueOf(eas, "$LXGID") ?? owner.gid,
    // Nobody knows how many directories are in one: 1 says so.
    nlink: 1,
    times: [time(FILE_INFO.ACCESS), time(FILE_INFO.WRITE), time(FILE_INFO.CHANGE)],
  };
}

function valueOf(eas: readonly ExtendedAttribute[], wanted: string): number | null {
  const value = eas.find(({ name }) => name.toUpperCase() === wanted)?.value;
  return value === undefined
    ? null
    : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}
