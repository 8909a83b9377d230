/**
 * A pipe whose closing says that the process is gone which made it: that process alone can write to it, and its children have
 * the other end.
 *
 * @module
 */

import { pipe, POLLERR, POLLHUP, PollSet } from "../../../ffi/linux/descriptor.ts";
import { setInherited } from "../../../ffi/linux/shared_memory.ts";

/** The end that children have from now on; null if there is none to be had. */
export function makeLifeLine(): number | null {
  const ends = pipe();
  if (ends === null) return null;
  const [line] = ends;
  setInherited(line, true);
  return line;
}

/** The end that this process was given: no child of it has it. */
export function takeLifeLine(line: number): void {
  setInherited(line, false);
}

/** True while the process lives that made it. */
export function isHeld(line: number): boolean {
  const set = new PollSet([line]);
  return set.wait(1, 0) === 0 || (set.events(0) & (POLLHUP | POLLERR)) === 0;
}
