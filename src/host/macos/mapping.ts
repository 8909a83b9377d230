/**
 * Files as memory (mmap(2), macOS).
 *
 * @module
 */

import { map, unmap } from "../../../ffi/macos/file.ts";

/** Pages are 4 or 16 KiB. */
export const MAPPING_ALIGNMENT = 64 * 1024;

/** Bytes `[offset, offset+length)` of an open file, to read and write; null if they cannot be mapped. */
export function mapFile(fd: number, offset: number, length: number) {
  const address = map(fd, offset, length);
  if (address === null) return null;
  return {
    bytes: new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, length)),
    unmap: () => unmap(address, length),
  };
}
