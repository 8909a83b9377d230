/**
 * Bringing in what programs wrote through mappings: the driver is asked to write back what it has. It has what Windows has
 * seen; a page that a program still works on may not be among it.
 *
 * @module
 */

import { volumeFlusher } from "./device.ts";

/** Longest wait, ms: a checkpoint then goes on without what is still mapped and dirty. */
const DEADLINE_MS = 10_000;

/** For the process that has the volume. The function resolves with false if not all of it could be brought in. */
export function mappedFlusher(
  _path: string,
  _drain: () => Promise<number>,
): () => Promise<boolean> {
  const flush = volumeFlusher();
  return async () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), DEADLINE_MS);
    });
    try {
      return await Promise.race([flush().catch(() => false), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
