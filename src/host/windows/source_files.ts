/**
 * Reading trees on Windows. Of extended attributes one is of what Windows tells of a file and POSIX has no place for. Streams are
 * counted, and not read.
 *
 * @module
 */

import { Errno } from "../../../ffi/errno.ts";
import { close } from "../../../ffi/windows/file.ts";
import { Access } from "../../../ffi/windows/nt_file.ts";
import { nameOf, openName } from "../../../ffi/windows/tree/open_at.ts";
import type { Stat } from "../linux/files.ts";
import { fstat } from "./files.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export {
  type DirectoryEntry,
  readDirectory,
  readlinkat,
} from "../../../ffi/windows/tree/directory.ts";
export { handlePath as pathOfEntry } from "../../../ffi/windows/handle_path.ts";
export {
  fgetxattr,
  flistxattr,
  lgetxattr,
  llistxattr,
} from "../../../ffi/windows/tree/file_flags.ts";
export { O_NOFOLLOW, O_PATH, openat } from "../../../ffi/windows/tree/open_at.ts";
export { countStreams } from "../../../ffi/windows/tree/streams.ts";
export { lseek, SEEK_DATA, SEEK_HOLE } from "../../../ffi/windows/tree/sparse.ts";

/** Whoever has a file open to read only does not move its time of access by that. */
export const O_NOATIME = 0;

/** Names are opened one by one: after so many bytes of them the directory is held open. */
export const PATH_BYTES = 4096;
/** No file makes its opener wait. */
export const O_NONBLOCK = 0;

/** One name is opened after the other: no call refuses links on the way and lets what a cloud has through. */
export function openBeneath(_directory: number, _path: Bytes, _flags: number): number {
  return -Errno.ENOSYS;
}

/** Without following a final link. An empty path is `handle` itself. */
export function statx(handle: number, path: Bytes, into: Stat): number {
  if (path[0] === 0) return fstat(handle, into);
  const opened = openName(handle, nameOf(path), { access: Access.READ_ATTRIBUTES });
  if (opened < 0) return opened;
  const result = fstat(opened, into);
  close(opened);
  return result;
}
