/**
 * Descriptors that a child inherits.
 *
 * @module
 */

import { setInherited } from "../../../../ffi/macos/file.ts";

export function lend<T>(fds: readonly number[], start: () => T): T {
  for (const fd of fds) if (fd >= 0) setInherited(fd, true);
  try {
    return start();
  } finally {
    for (const fd of fds) if (fd >= 0) setInherited(fd, false);
  }
}

export function borrow(fds: readonly number[], parent: number): number[] | null {
  return Deno.ppid === parent ? [...fds] : null;
}
