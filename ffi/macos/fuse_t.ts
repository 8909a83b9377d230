/**
 * libfuse-t: starts the server of NFS that fuse-t is, and gives the socket on which that speaks FUSE. The requests themselves
 * are read by the mount adapter, not by the library's loop.
 *
 * Its functions are those of libfuse 2.9. `fuse_mount` forks, and sets SIGCHLD to what it does by default: it has to be
 * called before this process starts its first child. It returns before anything is mounted: the server mounts when it has
 * the answer to its INIT.
 *
 * @module
 */

import { binaryString, cString } from "../binary_string.ts";
import { dup } from "./process.ts";

const SYMBOLS = {
  fuse_mount: { parameters: ["buffer", "buffer"], result: "pointer" },
  fuse_chan_fd: { parameters: ["pointer"], result: "i32" },
  fuse_unmount: { parameters: ["buffer", "pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Where the library is: installed for all, or for one user. */
function fuseTPlaces(home: string | undefined): string[] {
  const own = home === undefined ? [] : [`${home}/.fuse-t/usr/local/lib/libfuse-t.dylib`];
  return ["/usr/local/lib/libfuse-t.dylib", ...own];
}

/** fuse-t is not installed, or is too different from the one this was written for. */
export class FuseTError extends Error {
  readonly code = "fuse_t_missing";
}

function load(): Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] {
  let cause: unknown;
  for (const path of fuseTPlaces(Deno.env.get("HOME"))) {
    try {
      return Deno.dlopen(path, SYMBOLS).symbols;
    } catch (error) {
      cause = error;
    }
  }
  throw new FuseTError("Cannot load libfuse-t.dylib", { cause });
}

export interface FuseTMount {
  /** A copy of the library's: it closes its own where mounting fails. */
  readonly fd: number;
  unmount(): void;
}

/** `options` are `-o` values. Null where the server cannot be started. Throws {@linkcode FuseTError}. */
export function mountFuseT(mountpoint: string, options: readonly string[]): FuseTMount | null {
  const library = load();
  const words = ["agentvfs", "-o", options.join(",")].map((word) => cString(binaryString(word)));
  const pointers = new BigUint64Array(words.length + 1);
  words.forEach((word, i) => pointers[i] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(word)));
  // struct fuse_args { int argc; char **argv; int allocated; }
  const args = new Uint8Array(24);
  const view = new DataView(args.buffer);
  view.setInt32(0, words.length, true);
  view.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(pointers)), true);
  const path = cString(mountpoint);
  const channel = library.fuse_mount(path, args);
  if (channel === null) return null;
  const fd = dup(library.fuse_chan_fd(channel));
  if (fd < 0) return null;
  return { fd, unmount: () => library.fuse_unmount(path, channel) };
}
