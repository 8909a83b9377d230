/**
 * Descriptors that a child inherits.
 *
 * @module
 */

import { setInherited } from "../../../../ffi/macos/file.ts";
import { limitComputing } from "../../../../ffi/macos/sandbox.ts";

/** Until it first waits for what it is asked: it is ended then also if its parent is gone. */
const MOST_SECONDS_TO_START = 30;

export function lend<T>(fds: readonly number[], start: () => T): T {
  for (const fd of fds) if (fd >= 0) setInherited(fd, true);
  try {
    return start();
  } finally {
    for (const fd of fds) if (fd >= 0) setInherited(fd, false);
  }
}

export function borrow(fds: readonly number[], parent: number): number[] | null {
  limitComputing(MOST_SECONDS_TO_START);
  return Deno.ppid === parent ? [...fds] : null;
}
