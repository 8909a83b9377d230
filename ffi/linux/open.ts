/**
 * Opening and closing files.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

const libc = bindLibc({
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  openat: { parameters: ["i32", "buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  umask: { parameters: ["u32"], result: "u32" },
  syscall: { parameters: ["i64", "i64", "buffer", "buffer", "i64"], result: "i32" },
});

// Flags of open(2), x86_64 and aarch64 where they agree; those that differ are noted.
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;
/** aarch64 has these two swapped around with O_DIRECT and O_LARGEFILE. */
export const O_DIRECTORY = Deno.build.arch === "aarch64" ? 0o40000 : 0o200000;
export const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;
export const O_PATH = 0o10000000;
export const O_NOATIME = 0o1000000;

export const AT_FDCWD = -100;

export function open(path: Uint8Array<ArrayBuffer>, flags: number, mode = 0): number {
  return check(libc.open(path, flags | O_CLOEXEC, mode));
}

export function openat(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
  mode = 0,
): number {
  return check(libc.openat(directory, path, flags | O_CLOEXEC, mode));
}

const openHow = new BigUint64Array(3);
const SYS_OPENAT2 = 437n;
const RESOLVE_NO_XDEV = 0x01n;
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_BENEATH = 0x08n;
const RESOLVE_WITHIN = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

/** As {@linkcode openBeneath}, and never enters what is mounted below `directory`. */
export function openWithin(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
): number {
  return openResolving(directory, path, flags, RESOLVE_WITHIN | RESOLVE_NO_XDEV);
}

/**
 * openat2(2) that never leaves `directory` and follows no symlink at any component
 * (the last one only opens with O_PATH or O_NOFOLLOW semantics: it answers ELOOP otherwise).
 */
export function openBeneath(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
): number {
  return openResolving(directory, path, flags, RESOLVE_WITHIN);
}

function openResolving(
  directory: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
  resolve: bigint,
): number {
  openHow[0] = BigInt(flags | O_CLOEXEC);
  openHow[1] = 0n;
  openHow[2] = resolve;
  return check(libc.syscall(SYS_OPENAT2, BigInt(directory), path, openHow, 24n));
}

export function close(fd: number): number {
  return check(libc.close(fd));
}

/** Returns the previous mask. */
export function umask(mask: number): number {
  return libc.umask(mask);
}
