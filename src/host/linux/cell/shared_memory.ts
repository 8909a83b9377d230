/**
 * Shared memory of Linux: memfd_create(2).
 *
 * @module
 */

import { ftruncate } from "../../../../ffi/linux/file.ts";
import { mapFile, type Mapping } from "../../../../ffi/linux/mapping.ts";
import { close } from "../../../../ffi/linux/open.ts";
import { memoryFile } from "../../../../ffi/linux/shared_memory.ts";

export function createShared(name: string, size: number): number {
  const fd = memoryFile(name);
  const result = fd < 0 ? fd : ftruncate(fd, size);
  if (result >= 0) return fd;
  if (fd >= 0) close(fd);
  return result;
}

export function mapShared(fd: number, size: number): Mapping | null {
  return mapFile(fd, 0, size);
}
