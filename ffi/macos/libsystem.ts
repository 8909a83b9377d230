/**
 * Binds functions of macOS's C library, straight from TypeScript. Each file of this folder binds what it wraps; what holds
 * for all of them is as in `ffi/linux/libc.ts`, and failures have the numbers that Linux has for them.
 *
 * Two things are macOS's own. On Intel the calls whose structs were widened have `$INODE64` behind their names. On Apple
 * silicon the arguments of `...` are on the stack, which Deno does not know: what stands before them is filled up to the
 * eight that go in registers, so that they are the first on the stack.
 *
 * @module
 */

import { Errno } from "../errno.ts";
import { DARWIN_ERRNO } from "./fuse_darwin.ts";

const LIBRARY = "/usr/lib/libSystem.B.dylib";

/** On other systems this folder is loaded, because one bundle is for all of them, and nothing of it is called. */
export const IS_MACOS = Deno.build.os === "darwin";

/** The functions that `symbols` declares; none on another system. Throws where the library has no such function. */
export function bindLibSystem<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.StaticForeignLibraryInterface<S> {
  if (!IS_MACOS) return {} as Deno.StaticForeignLibraryInterface<S>;
  return Deno.dlopen(LIBRARY, symbols).symbols;
}

const { __error } = bindLibSystem({ __error: { parameters: [], result: "pointer" } });

/** errno is per thread; so is this module, since every worker evaluates its own copy. */
const errnoView = IS_MACOS ? new Deno.UnsafePointerView(__error()!) : null;

const LINUX_NUMBERS: ReadonlyMap<number, number> = new Map(
  Object.entries(DARWIN_ERRNO).map(([code, number]) => [
    number,
    (Errno as Readonly<Record<string, number>>)[code] ?? Errno.EIO,
  ]),
);

/** ENOTSUP, which macOS tells from EOPNOTSUPP. */
const ENOTSUP = 45;

/** The result of the call just made, or a negated error number if it failed. */
export function check(result: number): number {
  return result < 0 ? -linuxErrno(errnoView!.getInt32()) : result;
}

/** What Linux calls an error of macOS. One that has no name here is an I/O error. */
function linuxErrno(error: number): number {
  return error === ENOTSUP ? Errno.EOPNOTSUPP : LINUX_NUMBERS.get(error) ?? Errno.EIO;
}

const REGISTERS = 8;

/** Parameters of a C function that has `fixed` before its `...`, of which one 64-bit integer or buffer is given. */
export function variadic<
  const F extends readonly Deno.NativeType[],
  const L extends Deno.NativeType,
>(
  fixed: F,
  last: L,
): Deno.NativeType[] {
  const filling = Deno.build.arch === "aarch64" ? REGISTERS - fixed.length : 0;
  return [...fixed, ...Array<Deno.NativeType>(filling).fill("u64"), last];
}

/** What stands in the registers that {@linkcode variadic} fills up. */
export function filling(fixed: number): number[] {
  return Deno.build.arch === "aarch64" ? Array<number>(REGISTERS - fixed).fill(0) : [];
}

/** The name of a call whose structs have 64-bit inode numbers. */
export function inode64(name: string): string {
  return Deno.build.arch === "x86_64" ? `${name}$INODE64` : name;
}
