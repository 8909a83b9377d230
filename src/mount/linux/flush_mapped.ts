/**
 * Bringing in what programs wrote through shared mappings.
 *
 * write(2) is sent to us at once, but a page dirtied through MAP_SHARED stays in the kernel until it feels
 * like writing it back. (Pages of a mapping that is gone are not left: munmap(2) and exit flush them.)
 * syncfs(2) on the mount sends those pages as WRITEs, but promises little on FUSE: it may return before they
 * are answered, and leave some out while many are under way. So it is repeated, each time with everything
 * that was sent drained, until it sends nothing more. The calls run on Deno's thread pool: the thread that
 * answers the WRITEs has to be free meanwhile.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { O_CLOEXEC, O_DIRECTORY } from "../../../ffi/linux/open.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
  syncfs: { parameters: ["i32"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

/** Longest wait, ms: a checkpoint then goes on without what is still mapped and dirty. */
const DEADLINE_MS = 10_000;

/**
 * Makes the function that writes back the dirty mapped pages of the mount at `path`. `drain` answers what the
 * kernel has sent and gives the number of write-backs so far. The function resolves with false if they could
 * not all be brought in.
 */
export function mappedFlusher(path: string, drain: () => Promise<number>): () => Promise<boolean> {
  let known = 0;
  return async () => {
    const end = performance.now() + DEADLINE_MS;
    while (performance.now() < end) {
      if (!await syncMount(path, end - performance.now())) return false;
      const before = known;
      known = await drain();
      if (known === before) return true;
    }
    return false;
  };
}

async function syncMount(path: string, deadlineMs: number): Promise<boolean> {
  const libc = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const synced = async () => {
    const fd = await libc.open(cString(binaryString(path)), O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const result = await libc.syncfs(fd);
    libc.close(fd);
    return result === 0;
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  try {
    return await Promise.race([synced(), late]);
  } finally {
    clearTimeout(timer);
  }
}
