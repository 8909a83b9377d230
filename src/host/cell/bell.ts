/**
 * Waking a thread of another process: one side rings, the other one waits until it is rung.
 *
 * @module
 */

import * as linux from "../linux/cell/bell.ts";
import * as macos from "../macos/cell/bell.ts";
import * as windows from "../windows/cell/bell.ts";
import { pick } from "../pick.ts";

/** Descriptors of this process; they may be the same one. */
export interface Bell {
  /** The side that waits: as a wake (`../wake.ts`) it can be polled, and put to rest. */
  readonly hears: number;
  /** The side that rings. */
  readonly rings: number;
}

export const {
  /** A new bell; null if there is none to be had. A process that is started has neither side, unless it is lent (`lend.ts`). */
  createBell,
  /** Gives up both sides. */
  closeBell,
  /** Rings by a `rings`. Neither waits nor fails. */
  ring,
  /** Waits at a `hears` until it is rung, for a process that does nothing else; false: it never will be. Needs no permission. */
  hear,
} = pick<typeof linux>(linux, { macos, windows });
