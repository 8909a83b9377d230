/**
 * What the fs thread makes a session of, whatever the system.
 *
 * @module
 */

import type { DispatchOptions } from "../../mount/dispatch/dispatcher.ts";
import type { Reenactment } from "../../mount/fuse/reenactment.ts";
import type { Routing } from "../../mount/linux/routing.ts";
import type { FsStart } from "../threads/messages.ts";

export interface SessionParts extends DispatchOptions {
  readonly start: FsStart;
  readonly routing: Routing | null;
  readonly reenactment: Reenactment;
  /** Has the directory at a path (a binary string) of the mount listed, by another thread. */
  readonly list: (path: string) => void;
  /** Runs the commands that are waiting. */
  readonly onCommand: () => void;
  /** Called once when nothing has come for a while after many requests. */
  readonly onIdle: () => void;
}
