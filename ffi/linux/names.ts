/**
 * Names in open directories: making, linking, moving, removing.
 *
 * @module
 */

import { bindLibc, check } from "./libc.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const libc = bindLibc({
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  mknodat: {
    name: "syscall",
    parameters: ["i64", "i64", "buffer", "u64", "u64"],
    result: "i32",
  },
  symlinkat: { parameters: ["buffer", "i32", "buffer"], result: "i32" },
  linkat: { parameters: ["i32", "buffer", "i32", "buffer", "i32"], result: "i32" },
  renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" },
});

/** The C library has it as a function since 2.33 only. */
const SYS_MKNODAT = Deno.build.arch === "aarch64" ? 33n : 259n;

/** Flags of renameat2(2). */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

const AT_REMOVEDIR = 0x200;

export function mkdirat(directory: number, name: Bytes, mode: number): number {
  return check(libc.mkdirat(directory, name, mode));
}

/** `rdev` as {@linkcode Stat} has it, which is how the C library takes the numbers that fit in 32 bits. */
export function mknodat(directory: number, name: Bytes, mode: number, rdev: number): number {
  return check(
    libc.mknodat(SYS_MKNODAT, BigInt(directory), name, BigInt(mode), BigInt(rdev)),
  );
}

export function symlinkat(target: Bytes, directory: number, name: Bytes): number {
  return check(libc.symlinkat(target, directory, name));
}

/** Another name for what `from` is, itself, if it is a symlink. */
export function linkat(fromDirectory: number, from: Bytes, directory: number, name: Bytes): number {
  return check(libc.linkat(fromDirectory, from, directory, name, 0));
}

export function renameat2(directory: number, from: Bytes, to: Bytes, flags: number): number {
  return check(libc.renameat2(directory, from, directory, to, flags));
}

export function unlinkat(directory: number, name: Bytes): number {
  return check(libc.unlinkat(directory, name, 0));
}

export function rmdirat(directory: number, name: Bytes): number {
  return check(libc.unlinkat(directory, name, AT_REMOVEDIR));
}
