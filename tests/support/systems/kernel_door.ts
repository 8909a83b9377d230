/**
 * The device of a mount, as who answers for a {@linkcode BridgeMount} uses it.
 *
 * @module
 */

import { Errno } from "../../../ffi/linux/errno.ts";
import { read, write } from "../../../ffi/linux/file.ts";

/** Reads the next request, waiting for it. Its length; 0 if there was none after all; null if it is unmounted. */
export function readRequest(fd: number, into: Uint8Array<ArrayBuffer>): number | null {
  const length = read(fd, into);
  if (length === -Errno.ENODEV) return null;
  if (length === -Errno.EINTR || length === -Errno.ENOENT || length === -Errno.EAGAIN) return 0;
  if (length < 0) throw new Error(`The device cannot be read: ${length}`);
  return length;
}

export function writeAnswer(fd: number, answer: Uint8Array<ArrayBuffer>): void {
  const written = write(fd, answer);
  // The caller may have been killed meanwhile.
  if (written < 0 && written !== -Errno.ENOENT) {
    throw new Error(`The device takes no answer: ${written}`);
  }
}
