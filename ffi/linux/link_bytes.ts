/**
 * A symbolic link's target as bytes, for those that the runtime cannot say because they are not UTF-8.
 *
 * The library is opened when it is asked for: what needs no native call must not wait for one when it starts.
 *
 * @module
 */

import { cString } from "../binary_string.ts";

/** The longest target there is: links of /proc are no longer than a page. */
const TARGET_BYTES = 64 * 1024;

/** What readlink(2) says; null if it fails. */
export function readLinkBytes(path: string): Uint8Array<ArrayBuffer> | null {
  const libc = Deno.dlopen("libc.so.6", {
    readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  });
  const target = new Uint8Array(TARGET_BYTES);
  const length = Number(libc.symbols.readlink(cString(path), target, BigInt(TARGET_BYTES)));
  libc.close();
  return length < 0 ? null : target.subarray(0, length);
}
