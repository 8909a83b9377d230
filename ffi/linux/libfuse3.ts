/**
 * libfuse3's session functions: mounting with the rights the user has (directly as root, through
 * fusermount3 otherwise), the descriptor, and unmounting. The requests themselves are read from the
 * descriptor by the mount adapter, not by libfuse's loop.
 *
 * @module
 */

import { cString } from "../binary_string.ts";

/** Newest first: Debian 13 and Ubuntu 25.04 ship soname 4 of the same interface. */
const LIBFUSE_NAMES = ["libfuse3.so.4", "libfuse3.so.3"];

const SYMBOLS = {
  fuse_session_new: {
    parameters: ["buffer", "buffer", "usize", "pointer"],
    result: "pointer",
    optional: true,
  },
  _fuse_session_new_317: {
    parameters: ["buffer", "buffer", "usize", "buffer", "pointer"],
    result: "pointer",
    optional: true,
  },
  fuse_session_mount: { parameters: ["pointer", "buffer"], result: "i32" },
  fuse_session_fd: { parameters: ["pointer"], result: "i32" },
  fuse_session_unmount: { parameters: ["pointer"], result: "void" },
  fuse_session_destroy: { parameters: ["pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

type Libfuse = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** libfuse3 is not installed, or is too different from the one this was written for. */
export class LibfuseError extends Error {
  readonly code = "libfuse_missing";
}

/** Loads libfuse3. Throws {@linkcode LibfuseError}. */
function loadLibfuse(): Libfuse {
  let cause: unknown;
  for (const name of LIBFUSE_NAMES) {
    try {
      return Deno.dlopen(name, SYMBOLS).symbols;
    } catch (error) {
      cause = error;
    }
  }
  throw new LibfuseError("Cannot load libfuse3 (libfuse3.so.3)", { cause });
}

/** Bytes of a zeroed struct fuse_lowlevel_ops, shorter than any: no callback is ever used. */
const OPERATIONS_BYTES = 64;

/** A mounted FUSE session. */
export interface LibfuseSession {
  readonly fd: number;
  unmount(): void;
}

/**
 * Mounts a session at `mountpoint` (binary string). `options` are `-o` values.
 * libfuse itself prints why a mount failed on standard error; then this returns null.
 */
export function mountSession(mountpoint: string, options: string[]): LibfuseSession | null {
  const libfuse = loadLibfuse();
  const words = ["agentvfs", "-o", options.join(",")].map(cString);
  const pointers = new BigUint64Array(words.length + 1);
  words.forEach((word, i) => pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(word)));
  const argv = Deno.UnsafePointer.value(Deno.UnsafePointer.of(pointers));
  // struct fuse_args { int argc; char **argv; int allocated; }
  const args = new Uint8Array(24);
  const view = new DataView(args.buffer);
  view.setInt32(0, words.length, true);
  view.setBigUint64(8, argv, true);
  const operations = new Uint8Array(OPERATIONS_BYTES);
  const size = BigInt(OPERATIONS_BYTES);
  // From 3.17 on the unversioned symbol is a macro around one that also takes struct libfuse_version.
  const session = libfuse.fuse_session_new !== null
    ? libfuse.fuse_session_new(args, operations, size, null)
    : libfuse._fuse_session_new_317 !== null
    ? libfuse._fuse_session_new_317(args, operations, size, libfuseVersion(), null)
    : null;
  if (session === null) return null;
  const path = cString(mountpoint);
  if (libfuse.fuse_session_mount(session, path) !== 0) {
    libfuse.fuse_session_destroy(session);
    return null;
  }
  return {
    fd: libfuse.fuse_session_fd(session),
    unmount: () => libfuse.fuse_session_unmount(session),
  };
}

/** struct libfuse_version { u32 major, minor, hotfix, padding }: the interface this file is written to. */
function libfuseVersion(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([3, 17, 0, 0]).buffer);
}
