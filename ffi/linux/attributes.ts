/**
 * Changing what stat(2) tells of a file that is open, with O_PATH too.
 *
 * @module
 */

import { cString } from "../binary_string.ts";
import { Errno } from "./errno.ts";
import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  chmod: { parameters: ["buffer", "u32"], result: "i32" },
  fchownat: { parameters: ["i32", "buffer", "u32", "u32", "i32"], result: "i32" },
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
});

const W_OK = 2;
const X_OK = 1;
const THIS_DIRECTORY = cString(".");

const AT_EMPTY_PATH = 0x1000;
const EMPTY_PATH = new Uint8Array(1);
const UTIME_OMIT = 0x3ffffffen;

/** The path of an open file itself. A symlink's leads nowhere (proc_pid_fd(5)). */
export function pathOfDescriptor(fd: number): Uint8Array<ArrayBuffer> {
  return cString(`/proc/self/fd/${fd}`);
}

/** True if names may be changed in the open directory; the file system may still be read-only. */
export function mayChangeNames(directory: number): boolean {
  return check(libc.faccessat(directory, THIS_DIRECTORY, W_OK | X_OK, 0)) !== -Errno.EACCES;
}

/** Not of symlinks, which have no mode of their own. */
export function chmodOpen(fd: number, mode: number): number {
  return check(libc.chmod(pathOfDescriptor(fd), mode));
}

/** An owner of -1 stays. */
export function chownOpen(fd: number, uid: number, gid: number): number {
  return check(libc.fchownat(fd, EMPTY_PATH, uid >>> 0, gid >>> 0, AT_EMPTY_PATH));
}

const times = new BigInt64Array(4);
times[1] = UTIME_OMIT;

/** Sets the modification time, and leaves the access time. */
export function setModificationTime(fd: number, sec: number, nsec: number): number {
  times[2] = BigInt(sec);
  times[3] = BigInt(nsec);
  return check(libc.utimensat(fd, EMPTY_PATH, new Uint8Array(times.buffer), AT_EMPTY_PATH));
}
