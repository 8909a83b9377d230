/**
 * Files as memory, on Windows. As long as a file is mapped it cannot be made shorter.
 *
 * @module
 */

import { mapView, unmapView } from "../../../ffi/windows/section.ts";

/** Offsets of views are multiples of the allocation granularity. */
export const MAPPING_ALIGNMENT = 64 * 1024;

/** Bytes `[offset, offset+length)` of an open file, to read and write; null if they cannot be mapped. */
export function mapFile(handle: number, offset: number, length: number) {
  const address = mapView(handle, offset, length);
  if (address === null) return null;
  return {
    bytes: new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, length)),
    unmap: () => unmapView(address),
  };
}
