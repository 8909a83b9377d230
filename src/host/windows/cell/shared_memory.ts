/**
 * Shared memory of Windows: sections that no file is behind.
 *
 * @module
 */

import { createSection, mapSection, unmapView } from "../../../../ffi/windows/section.ts";

export function createShared(_name: string, size: number): number {
  return createSection(size);
}

export function mapShared(section: number, size: number) {
  const address = mapSection(section, 0, size);
  if (address === null) return null;
  return {
    bytes: new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(address, size)),
    unmap: () => unmapView(address),
  };
}
