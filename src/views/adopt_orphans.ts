/**
 * Keeping hold of what a program started and left.
 *
 * @module
 */

import { PR_SET_CHILD_SUBREAPER, prctl } from "../../ffi/linux/process.ts";

/** From now on processes below this one whose parent ends become children of this one (prctl(2)). */
export function adoptOrphans(): void {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}
