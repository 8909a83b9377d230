/**
 * Reading trees on Linux.
 *
 * @module
 */

import { cString } from "../../../ffi/binary_string.ts";

export { type DirectoryEntry, readDirectory, readlinkat } from "../../../ffi/linux/directory.ts";
export { lseek, SEEK_DATA, SEEK_HOLE } from "../../../ffi/linux/file.ts";
export {
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  openat,
  openBeneath,
} from "../../../ffi/linux/open.ts";
export { statx } from "../../../ffi/linux/stat.ts";
export { fgetxattr, flistxattr, lgetxattr, llistxattr } from "../../../ffi/linux/xattr.ts";

/** A path, for calls that take no descriptor, of a name (a binary string) in an open directory (proc_pid_fd(5)). */
export function pathOfEntry(directory: number, name: string): Uint8Array<ArrayBuffer> {
  return cString(`/proc/self/fd/${directory}/${name}`);
}

/** Files have none. */
export function countStreams(_fd: number): number {
  return 0;
}

/** PATH_MAX: what a system call takes of a path, the zero at its end included. */
export const PATH_BYTES = 4096;
