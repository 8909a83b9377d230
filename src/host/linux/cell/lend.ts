/**
 * Descriptors that a child inherits.
 *
 * @module
 */

import { PR_SET_PDEATHSIG, prctl, SIGKILL } from "../../../../ffi/linux/process.ts";
import { setInherited } from "../../../../ffi/linux/shared_memory.ts";

export function lend<T>(fds: readonly number[], start: () => T): T {
  for (const fd of fds) if (fd >= 0) setInherited(fd, true);
  try {
    return start();
  } finally {
    for (const fd of fds) if (fd >= 0) setInherited(fd, false);
  }
}

/** This process ends with its parent from now on, also out of an endless loop. */
export function borrow(fds: readonly number[], parent: number): number[] | null {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return Deno.ppid === parent ? [...fds] : null;
}
