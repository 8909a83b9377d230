/**
 * Shared memory of macOS: shm_open(2).
 *
 * @module
 */

import { close, ftruncate } from "../../../../ffi/macos/file.ts";
import { sharedMemory } from "../../../../ffi/macos/shared_memory.ts";
import { mapFile } from "../mapping.ts";

export function createShared(_name: string, size: number): number {
  const fd = sharedMemory();
  const result = fd < 0 ? fd : ftruncate(fd, size);
  if (result >= 0) return fd;
  if (fd >= 0) close(fd);
  return result;
}

export function mapShared(fd: number, size: number) {
  return mapFile(fd, 0, size);
}
