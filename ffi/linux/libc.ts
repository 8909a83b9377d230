/**
 * Binds functions of the C library, straight from TypeScript (Linux, glibc). Each file of this folder binds what it wraps.
 *
 * What holds for all of them: calls that can fail return the result, or `-errno` as a negative number; nothing
 * throws and nothing decides. Paths are NUL-terminated byte buffers (`cString` of `binary_string.ts`), because
 * names on Linux are bytes. Sizes and offsets are numbers below 2^53. Every call blocks its thread, so only
 * threads that may block use them.
 *
 * Sizes that never exceed 2^31 are declared `i32` although C says `ssize_t`: the low half of the register is
 * the same and no BigInt is made on the hot path.
 *
 * Parameters of 64 bits are given bigints. Deno takes numbers, too, but V8 compiles such a call for bigints alone: at the first
 * number it throws the compiled caller away, and compiles it again, without end.
 *
 * @module
 */

/** On other systems this folder is loaded, because one bundle is for all of them, and nothing of it is called. */
export const IS_LINUX = Deno.build.os === "linux";

/** The functions that `symbols` declares; none on another system. Throws where the library has no such function. */
export function bindLibc<const S extends Deno.ForeignLibraryInterface>(
  symbols: S,
): Deno.StaticForeignLibraryInterface<S> {
  if (!IS_LINUX) return {} as Deno.StaticForeignLibraryInterface<S>;
  return Deno.dlopen("libc.so.6", symbols).symbols;
}

const { __errno_location } = bindLibc({ __errno_location: { parameters: [], result: "pointer" } });

/** errno is per thread; so is this module, since every worker evaluates its own copy. */
const errnoView = IS_LINUX ? new Deno.UnsafePointerView(__errno_location()!) : null;

/** The result of the call just made, or `-errno` if it failed. */
export function check(result: number): number {
  return result < 0 ? -errnoView!.getInt32() : result;
}
