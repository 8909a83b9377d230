/**
 * Touching files of the mount, so that who watches a directory hears what a rollback has changed in it: the kernel raises
 * events for system calls, and for nothing that the server tells it.
 *
 * The calls ask for what nobody else asks for and no file can be, so that the thread that answers them knows them. It changes
 * nothing then, whoever asks: the process that did may be dead by the time, and another server answer.
 *
 * The calls are made on Deno's thread pool, because the thread that answers them has to be free meanwhile.
 *
 * @module
 */

import { cString } from "../../../ffi/binary_string.ts";
import { O_CLOEXEC, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } from "../../../ffi/linux/open.ts";
import { FALLOC_KEEP_SIZE } from "../../tree/operations/data.ts";
import { TOUCH_OFFSET, TOUCH_SECONDS } from "../fuse/touch_marks.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32", nonblocking: true },
  fallocate: { parameters: ["i32", "i32", "i64", "i64"], result: "i32", nonblocking: true },
  utimensat: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32", nonblocking: true },
  close: { parameters: ["i32"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

let library: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"] | undefined;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;

const times = new Uint8Array(32);
new DataView(times.buffer).setBigInt64(0, BigInt(TOUCH_SECONDS), true);
new DataView(times.buffer).setBigInt64(16, BigInt(TOUCH_SECONDS), true);

/**
 * Makes the kernel say that the file at `path` (a binary string) was written to, if `written`, else that its attributes
 * were changed. One that runs must not be open for writing, even for a moment, nor can one that may not be written to.
 */
export async function touch(path: string, written: boolean): Promise<void> {
  const libc = library ??= Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  const name = cString(path);
  const fd = written ? await libc.open(name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
  if (fd < 0) {
    await libc.utimensat(AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW);
    return;
  }
  await libc.fallocate(fd, FALLOC_KEEP_SIZE, BigInt(TOUCH_OFFSET), 1n);
  await libc.close(fd);
}
