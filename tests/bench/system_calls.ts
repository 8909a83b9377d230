/**
 * The calls that are timed, straight into the C library: one costs about 0.2 us more than from C, on the
 * plain directory and in the mount alike.
 *
 * @module
 */

const library = Deno.dlopen("libc.so.6", {
  getppid: { parameters: [], result: "i32" },
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  pwrite: { parameters: ["i32", "buffer", "usize", "i64"], result: "i32" },
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },
  fsync: { parameters: ["i32"], result: "i32" },
  statx: { parameters: ["i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  getdents64: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
  rename: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_fadvise: { parameters: ["i32", "i64", "i64", "i32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  munmap: { parameters: ["pointer", "usize"], result: "i32" },
});

/** The library's functions. Those that take 64-bit numbers take plain ones. */
export const libc = library.symbols as unknown as {
  [K in keyof typeof library.symbols]: (typeof library.symbols)[K] extends
    (...parameters: infer P) => infer R ? (...parameters: Plain<P>) => R
    : never;
};

type Plain<P extends readonly unknown[]> = {
  [I in keyof P]: P[I] extends bigint ? number : P[I];
};

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const STATX_BASIC_STATS = 0x7ff;
export const POSIX_FADV_DONTNEED = 4;
export const PROT_READ = 1;
export const MAP_SHARED = 1;

/** Throws where a call that has to succeed did not: a figure of failed calls would be worthless. */
export function must(result: number, what: string): number {
  if (result < 0) throw new Error(`${what} failed`);
  return result;
}
