/**
 * Unmounting: as root with umount2(2), else with fusermount3.
 *
 * @module
 */

import { failureCode } from "./failure.ts";
import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { Errno } from "../../../ffi/linux/errno.ts";
import {
  MNT_DETACH,
  MNT_EXPIRE,
  umount2,
  umount2Aside,
  UMOUNT_NOFOLLOW,
} from "../../../ffi/linux/process.ts";
import { systemProgram } from "./system_program.ts";

export type UnmountResult = "unmounted" | "busy" | { readonly failed: string };

/** `lazy` takes the mount away at once; processes that sit in it keep what they have open. */
export function unmount(path: string, lazy: boolean): Promise<UnmountResult> {
  return Deno.uid() === 0 ? unmountAsRoot(path, lazy) : unmountWithHelper(path, lazy);
}

/** On another thread: the kernel first writes what is dirty, and this thread may be what the writes wait for. */
async function unmountAsRoot(path: string, lazy: boolean): Promise<UnmountResult> {
  const bytes = cString(binaryString(path));
  const done = await umount2Aside(bytes, UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0));
  if (done) return "unmounted";
  // Why it failed is known on that thread only. This fails for the same reason, and the first time does nothing else.
  const errno = -umount2(bytes, UMOUNT_NOFOLLOW | MNT_EXPIRE);
  if (errno === Errno.EBUSY || errno === Errno.EAGAIN) return "busy";
  return { failed: `umount2 fails with ${failureCode(-errno)}` };
}

async function unmountWithHelper(path: string, lazy: boolean): Promise<UnmountResult> {
  try {
    const { success, stderr } = await new Deno.Command(systemProgram("fusermount3"), {
      args: ["-u", ...(lazy ? ["-z"] : []), path],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      env: { LC_ALL: "C" },
    }).output();
    if (success) return "unmounted";
    const text = new TextDecoder().decode(stderr).trim();
    return /busy/i.test(text) ? "busy" : { failed: text };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { failed: "fusermount3 is not installed" };
    throw error;
  }
}
