/**
 * A process that gives up for good whatever reaches beyond computing, before it runs what comes from elsewhere.
 *
 * @module
 */

import * as linux from "../linux/cell/lock.ts";
import * as macos from "../macos/cell/lock.ts";
import * as windows from "../windows/cell/lock.ts";
import { pick } from "../pick.ts";

export const {
  /** What the system holds such a process by. */
  lockKind,
  /** What the parent keeps for such a process, a descriptor to lend it; -1: nothing is needed; null: it cannot be had. */
  createLock,
  /** Locks this process in, with what its parent keeps. Returns why that cannot be; null: it is done. */
  lockIn,
} = pick(linux, { macos, windows });
