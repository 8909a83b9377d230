/**
 * Making and removing names in an open directory, and setting times.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

export { mknodat } from "./names.ts";

const libc = bindLibc({
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  futimens: { parameters: ["i32", "buffer"], result: "i32" },
});

const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_NOFOLLOW = 0x100;
const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;

/** struct timespec of the times of access, left alone, and modification, now. */
const modifiedNow = new Uint8Array(32);
const modifiedView = new DataView(modifiedNow.buffer);
modifiedView.setBigInt64(8, BigInt(UTIME_OMIT), true);
modifiedView.setBigInt64(24, BigInt(UTIME_NOW), true);

type Name = Uint8Array<ArrayBuffer>;

/** unlinkat(2), of a directory if `isDirectory`. */
export function unlinkat(directory: number, name: Name, isDirectory: boolean): number {
  return check(libc.unlinkat(directory, name, isDirectory ? AT_REMOVEDIR : 0));
}

export function mkdirat(directory: number, name: Name, mode: number): number {
  return check(libc.mkdirat(directory, name, mode));
}

export function symlinkat(target: Name, directory: number, name: Name): number {
  return check(libc.symlinkat(target, directory, name));
}

/** Sets both times to now, of a symlink its own. Needs no more than the right to write. */
export function touchAt(directory: number, name: Name): number {
  return check(libc.utimensat(directory, name, null, AT_SYMLINK_NOFOLLOW));
}

/** Sets the time of modification alone. Only for the owner. */
export function setModified(fd: number): number {
  return check(libc.futimens(fd, modifiedNow));
}

/** As {@linkcode setModified}, by name. */
export function setModifiedAt(directory: number, name: Name): number {
  return check(libc.utimensat(directory, name, modifiedNow, AT_SYMLINK_NOFOLLOW));
}
