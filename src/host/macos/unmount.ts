/**
 * Unmounting on macOS: whoever mounted may.
 *
 * @module
 */

import { binaryString, cString } from "../../../ffi/binary_string.ts";
import { Errno } from "../../../ffi/errno.ts";
import { MNT_FORCE, unmount as unmountNow, unmountAside } from "../../../ffi/macos/process.ts";
import type { UnmountResult } from "../linux/unmount.ts";

/**
 * `lazy` takes the mount away at once; what processes have open in it is lost to them. On another thread: the client
 * writes what is dirty first, and this thread may be what the writes wait for.
 */
export async function unmount(path: string, lazy: boolean): Promise<UnmountResult> {
  const bytes = cString(binaryString(path));
  const flags = lazy ? MNT_FORCE : 0;
  if (await unmountAside(bytes, flags)) return "unmounted";
  // Why it failed is known on that thread only.
  const result = unmountNow(bytes, flags);
  if (result === 0) return "unmounted";
  if (result === -Errno.EBUSY) return "busy";
  return { failed: `unmount fails with error ${-result}` };
}
