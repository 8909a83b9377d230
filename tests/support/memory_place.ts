/**
 * Where temporary files are in memory.
 *
 * @module
 */

const SHARED_MEMORY = "/dev/shm";

/** A directory in memory if there is one: for tests of bytes, not of disks. */
export function memoryPlace(): string | undefined {
  try {
    return Deno.statSync(SHARED_MEMORY).isDirectory ? SHARED_MEMORY : undefined;
  } catch {
    return undefined;
  }
}

/** The same, as Deno's functions for temporary files take it. */
export function inMemory(): { dir?: string } {
  const dir = memoryPlace();
  return dir === undefined ? {} : { dir };
}
