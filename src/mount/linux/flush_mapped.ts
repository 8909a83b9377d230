/**
 * Bringing in what programs wrote through shared mappings.
 *
 * write(2) is sent to us at once, but a page dirtied through MAP_SHARED stays in the kernel until it feels
 * like writing it back. syncfs(2) on the mount sends those pages as WRITEs and waits for them. The calls run
 * on Deno's thread pool: the thread that answers the WRITEs has to be free meanwhile.
 *
 * @module
 */

import { binaryString, cString, O_CLOEXEC, O_DIRECTORY } from "../../../ffi/libc.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
  syncfs: { parameters: ["i32"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

/** Longest wait, ms: a checkpoint then goes on without what is still mapped and dirty. */
const DEADLINE_MS = 10_000;

/** Writes back the dirty mapped pages of the mount at `path`. Returns false if that could not be done. */
export async function flushMapped(path: string): Promise<boolean> {
  const libc = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const flushed = async () => {
    const fd = await libc.open(cString(binaryString(path)), O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const result = await libc.syncfs(fd);
    libc.close(fd);
    return result === 0;
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), DEADLINE_MS);
  });
  try {
    return await Promise.race([flushed(), late]);
  } finally {
    clearTimeout(timer);
  }
}
